// SPDX-License-Identifier: GPL-2.0-only
// touch: a process loads from or stores to pages that it maps, and gets the data or a signal.

import { z } from 'zod';
import type { Replies } from '../../guest/protocol.ts';
import { InfraError } from '../../host/errors.ts';
import { mappingPageKey, pagesKey, pageWords, processesKey } from '../keys.ts';
import { describeExpectation, describeSignal, meets, signalExpectation } from '../expect-signal.ts';
import type { ScenarioProcess } from '../layout.ts';
import { stepKind, type StepReport } from '../step.ts';
import type { StepContext } from '../step-context.ts';

const schema = z.strictObject({
  processes: processesKey.describe('Group whose processes touch the pages, one after the other'),
  page: mappingPageKey.prefault(0),
  pages: pagesKey.prefault(1),
  access: z
    .enum(['load', 'store'])
    .prefault('load')
    .describe('Load from each page, or store a new pattern to all of it'),
  thread: z.boolean().prefault(false).describe('A thread other than the thread-group leader touches the pages'),
  expect: z
    .union([z.literal('data'), z.strictObject(signalExpectation)])
    .prefault('data')
    .describe('The data as written, or a signal at the first page'),
});

type Touch = z.output<typeof schema>;

export const touch = stepKind({
  key: 'touch',
  title: 'Load from or store to mapped pages',
  example: 'touch: {processes: reader, page: 3, expect: {code: BUS_MCEERR_AR, address: exact, lsb: 12}}',
  acts: false,
  schema,
  names: ({ processes }) => ({ processes: [processes] }),
  label: ({ processes, access, page, pages, thread, expect }) =>
    `${thread ? 'a thread of ' : ''}${processes} ${access}s ${pageWords(page, pages)}: ${expect === 'data' ? 'data' : expect.code}`,
  async run(args, context) {
    const seen: string[] = [];
    for (const process of context.processesOf(args.processes)) {
      const report = await touchBy(process, args, context);
      if (!report.ok) return report;
      seen.push(report.seen);
    }
    return { ok: true, seen: seen.join('; ') };
  },
});

async function touchBy(process: ScenarioProcess, args: Touch, context: StepContext): Promise<StepReport> {
  const { access: how, page, pages, thread, expect } = args;
  const { name, mapping, privateSeed } = process;
  // A mistake of the scenario, not of the kernel.
  if (mapping === undefined) throw new InfraError(`${name} maps nothing that it could touch`);
  const wanted = `${name} ${how}s ${pageWords(page, pages)}: ${expect === 'data' ? 'data as written' : describeExpectation(expect)}`;
  const seeds = context.files.get(mapping.file)?.seeds ?? [];
  const first = mapping.page + page;
  const seed = how === 'store' ? (privateSeed ?? context.takeSeed()) : 0;
  const reply = await context.guest.request('touch', { process: name, page, pages, how, seed, thread });
  if (reply.hit !== undefined) context.answerFor(name);
  if (how === 'store' && privateSeed === undefined && seeds.length > 0) seeds.fill(seed, first, first + reply.touched);
  if (expect !== 'data') {
    if (reply.hit === undefined) return { ok: false, wanted, seen: `${name} got no signal` };
    const seen = `${name}: ${describeSignal(reply.hit)}`;
    return meets(expect, reply.hit, BigInt(reply.hit.touching)) ? { ok: true, seen } : { ok: false, wanted, seen };
  }
  if (reply.hit !== undefined) return { ok: false, wanted, seen: `${name}: ${describeSignal(reply.hit)}` };
  const expected = (index: number): number => privateSeed ?? seeds[first + index] ?? 0;
  const wrong = how === 'load' ? wrongPage(reply, page, expected) : undefined;
  if (wrong !== undefined) return { ok: false, wanted, seen: `${name}: ${wrong}` };
  return { ok: true, seen: `${name}: ${reply.touched} pages` };
}

/** The first page that holds something else than expected; an expected seed of 0 is unknown content. */
function wrongPage(
  { seeds }: Pick<Replies['touch'], 'seeds'>,
  page: number,
  expected: (index: number) => number,
): string | undefined {
  const wrong = seeds.findIndex((found, index) => expected(index) !== 0 && found !== expected(index));
  if (wrong < 0) return undefined;
  const found = seeds[wrong];
  const holds = found === null || found === undefined ? 'something else' : `pattern ${found}`;
  return `page ${page + wrong} holds ${holds} instead of pattern ${expected(wrong)}`;
}
