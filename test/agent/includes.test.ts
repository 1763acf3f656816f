// SPDX-License-Identifier: GPL-2.0-only
// The headers of the agent: no circle of includes, and each stands on its own.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { agentFlags } from '../../harness/guest/image/agent-build.ts';
import { runProgram } from '../../harness/host/program.ts';

const folder = path.resolve(import.meta.dirname, '../../harness/agent');

/** Files of the agent with the files of the agent that each includes. */
function includesUnder(root: string): Map<string, string[]> {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.[ch]$/.test(name));
  return new Map(
    files.map((file) => {
      const lines = readFileSync(path.join(root, file), 'utf8').matchAll(/^\s*#\s*include\s*"([^"]+)"/gm);
      return [file, [...lines].map(([, name]) => path.join(path.dirname(file), name ?? ''))];
    }),
  );
}

/** The first circle found, from a file back to itself. */
function circle(includes: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, above: readonly string[]): string[] | undefined => {
    if (above.includes(file)) return [...above.slice(above.indexOf(file)), file];
    if (done.has(file)) return undefined;
    const included = includes.get(file);
    if (included === undefined) throw new Error(`${above.at(-1) ?? ''} includes ${file}, which does not exist`);
    for (const next of included) {
      const found = visit(next, [...above, file]);
      if (found !== undefined) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of includes.keys()) {
    const found = visit(file, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

test('no header includes one that includes it back', () => {
  const includes = includesUnder(folder);
  expect(includes.size).toBeGreaterThan(40);
  expect(includes.get('main.c')).toContain('channel/channel.h');
  expect(circle(includes)).toBeUndefined();
});

test('a circle is found', () => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'hazmat-includes-'));
  try {
    writeFileSync(path.join(root, 'a.c'), '#include <stdio.h>\n#include "a.h"\n');
    writeFileSync(path.join(root, 'a.h'), '#include "b.h"\n');
    writeFileSync(path.join(root, 'b.h'), '  # include "a.h"\n');
    expect(circle(includesUnder(root))).toEqual(['a.h', 'b.h', 'a.h']);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('each header can be included alone', async () => {
  const headers = [...includesUnder(folder).keys()].filter((name) => name.endsWith('.h'));
  expect(headers.length).toBeGreaterThan(20);
  for (const header of headers) {
    const argv = ['gcc', ...agentFlags, '-fsyntax-only', '-x', 'c', path.join(folder, header)];
    await runProgram(argv, { env: { LC_ALL: 'C' } });
  }
}, 60_000);
