// SPDX-License-Identifier: GPL-2.0-only
// The table of operations: the agent's and the harness's are the same, and every row checks its fields.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { buildAgent } from '../../harness/guest/image/agent-build.ts';
import { replySchemas } from '../../harness/guest/replies.ts';

interface Row {
  op: string;
  fields: { name: string; type: string; optional: boolean }[];
}

const file = path.resolve(import.meta.dirname, '../../harness/agent/request/operations.c');

/** The rows of the table, from its source. */
function rows(): Row[] {
  const source = readFileSync(file, 'utf8');
  const table = source.slice(source.indexOf('operations[] = {'));
  return [...table.matchAll(/\{ \.name = "([a-z-]+)"([^]*?) \},\n/g)].map(([, op = '', rest = '']) => ({
    op,
    fields: [...rest.matchAll(/\b([A-Z_]+)\("([a-zA-Z]+)"([^()]*)/g)].map(([, type = '', name = '', more = '']) => ({
      name,
      type,
      optional: more.includes('OPTIONAL'),
    })),
  }));
}

/** A value of the right type, which need not be in range. */
const samples: Record<string, unknown> = {
  BYTES: 'x',
  TEXT: 'x',
  PATH: '/x',
  NAME: 'x',
  INTEGER: 1,
  SEED: 1,
  FLAG: false,
  STRINGS: ['x'],
  INTEGERS: [1],
  STRING_MAP: {},
};
const choices: Record<string, string> = { mode: 'shared', protection: 'read', how: 'load', advice: 'hwpoison' };

function sample({ name, type }: Row['fields'][number]): unknown {
  return type === 'CHOICE' ? choices[name] : samples[type];
}

const replySchema = z.object({ event: z.literal('reply'), id: z.number(), ok: z.literal(false), error: z.string() });

/** Sends requests that are all refused; returns the errors in order. */
async function refusals(requests: object[]): Promise<string[]> {
  const child = spawn((await buildAgent()).path, ['--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  requests.forEach((request, index) => child.stdin.write(`${JSON.stringify({ id: index + 1, ...request })}\n`));
  const errors: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    const json: unknown = JSON.parse(line);
    if (!line.includes('"event":"reply"')) continue;
    const reply = replySchema.parse(json);
    errors[reply.id - 1] = reply.error;
    if (Object.keys(errors).length === requests.length) child.stdin.end();
  }
  return errors;
}

test('agent and harness have the same operations', () => {
  expect(
    rows()
      .map(({ op }) => op)
      .sort(),
  ).toEqual(Object.keys(replySchemas).sort());
});

test('a missing, an ill-typed and an unknown field of any operation is one error that names both', async () => {
  const cases = rows().flatMap(({ op, fields }) => {
    const args = Object.fromEntries(fields.map((field) => [field.name, sample(field)]));
    const unknown = { request: { op, ...args, color: 1 }, error: new RegExp(`^${op}: unknown field "color"$`) };
    const missing = fields
      .filter(({ optional }) => !optional)
      .map(({ name }) => ({
        request: { op, ...args, [name]: undefined },
        error: new RegExp(`^${op}: "${name}" is missing: .* is needed$`),
      }));
    const illTyped = fields.map(({ name }) => ({
      request: { op, ...args, [name]: null },
      error: new RegExp(
        `^${op}: "${name}" must be (a string|an integer|true or false|a list of \\w+|an object of strings)$`,
      ),
    }));
    return [unknown, ...missing, ...illTyped];
  });
  expect(cases.length).toBeGreaterThan(120);
  const errors = await refusals(cases.map(({ request }) => request));
  cases.forEach(({ error }, index) => expect(errors[index]).toMatch(error));
}, 120_000);
