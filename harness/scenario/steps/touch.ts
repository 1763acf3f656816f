// SPDX-License-Identifier: GPL-2.0-only
// touch: a process loads from or stores to pages that it maps, and gets the data or a signal.

import { z } from 'zod';
import type { Replies } from '../../guest/protocol.ts';
import { InfraError } from '../../host/errors.ts';
import { pageBytes } from '../../host/page.ts';
import { describeExpectation, describeSignal, meets, signalExpectation } from '../expect-signal.ts';
import { contentOf, noteWritten, seedOfBytes, seedWords } from '../file-content.ts';
import { mappingPageKey, pagesKey, pageWords, processesKey } from '../keys.ts';
import type { ScenarioProcess } from '../layout.ts';
import { stepKind, type StepReport } from '../step.ts';
import type { StepContext } from '../step-context.ts';

const schema = z
  .strictObject({
    processes: processesKey.describe('Group whose processes touch the pages, one after the other'),
    page: mappingPageKey.prefault(0),
    pages: pagesKey.prefault(1),
    offset: z
      .int()
      .min(0)
      .max(pageBytes - 1)
      .optional()
      .describe('First byte that is touched of the page, with `length`'),
    length: z
      .int()
      .min(1)
      .max(pageBytes)
      .optional()
      .describe('Number of bytes that are touched of the page; all of it by default'),
    access: z
      .enum(['load', 'store'])
      .prefault('load')
      .describe('Load from each page, or store a new pattern to all of it'),
    thread: z.boolean().prefault(false).describe('A thread other than the thread-group leader touches the pages'),
    expect: z
      .union([z.literal('data'), z.strictObject(signalExpectation)])
      .prefault('data')
      .describe('The data as written, or a signal at the first page'),
  })
  .refine(({ offset, length }) => (offset === undefined) === (length === undefined), {
    error: '`offset` goes with `length`',
  })
  .refine(({ pages, length }) => length === undefined || pages === 1, {
    error: '`offset` and `length` are of one page: without `pages`',
  })
  .refine(({ offset = 0, length = 0 }) => offset + length <= pageBytes, {
    error: '`offset` and `length` must lie in one page of 4096 bytes',
  });

type Touch = z.output<typeof schema>;

export const touch = stepKind({
  key: 'touch',
  title: 'Load from or store to mapped pages',
  example: 'touch: {processes: reader, page: 3, expect: {code: BUS_MCEERR_AR, address: exact, lsb: 12}}',
  acts: false,
  schema,
  names: ({ processes }) => ({ processes: [processes] }),
  label: (args) =>
    `${args.thread ? 'a thread of ' : ''}${args.processes} ${args.access}s ${where(args)}: ${args.expect === 'data' ? 'data' : args.expect.code}`,
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

function where({ page, pages, offset, length }: Touch): string {
  return `${offset === undefined ? '' : `bytes ${offset}+${length ?? 0} of `}${pageWords(page, pages)}`;
}

async function touchBy(process: ScenarioProcess, args: Touch, context: StepContext): Promise<StepReport> {
  const { access: how, page, pages, thread, expect } = args;
  const { name, mapping } = process;
  // A mistake of the scenario, not of the kernel.
  if (mapping === undefined) throw new InfraError(`${name} maps nothing that it could touch`);
  const wanted = `${name} ${how}s ${where(args)}: ${expect === 'data' ? 'data as written' : describeExpectation(expect)}`;
  const expected = (index: number): number => expectedSeed(process, page + index, args, context);
  // A load of a part of a page is compared in the guest, which must know with what.
  const seed =
    how === 'store' ? (process.privateSeed ?? context.takeSeed()) : args.length === undefined ? 0 : expected(0);
  const part = args.length === undefined ? {} : { offset: args.offset ?? 0, length: args.length };
  const reply = await context.guest.request('touch', { process: name, page, pages, how, seed, thread, ...part });
  if (reply.hit !== undefined) context.answerFor(name);
  if (how === 'store') noteStored(process, args, reply.touched, seed, context);
  if (expect !== 'data') {
    if (reply.hit === undefined) return { ok: false, wanted, seen: `${name} got no signal` };
    const seen = `${name}: ${describeSignal(reply.hit)}`;
    return meets(expect, reply.hit, BigInt(reply.hit.touching)) ? { ok: true, seen } : { ok: false, wanted, seen };
  }
  if (reply.hit !== undefined) return { ok: false, wanted, seen: `${name}: ${describeSignal(reply.hit)}` };
  const wrong = how === 'load' ? wrongPage(reply, page, expected) : undefined;
  if (wrong !== undefined) return { ok: false, wanted, seen: `${name}: ${wrong}` };
  return { ok: true, seen: `${name}: ${reply.touched} pages` };
}

/** What a page of a mapping should hold: the own copy of the process, or what its file holds; 0 when that is unknown. */
function expectedSeed(
  { mapping, copies }: ScenarioProcess,
  index: number,
  { offset = 0, length = pageBytes }: Touch,
  context: StepContext,
): number {
  const own = copies.get(index);
  if (own !== undefined) return own;
  const content = context.files.get(mapping?.file ?? '') ?? contentOf([]);
  return seedOfBytes(content, (mapping?.page ?? 0) + index, offset, length);
}

/** Notes what pages hold that were stored to: those of the file, or the own copies of the process. */
function noteStored(
  { mapping, privateSeed, copies }: ScenarioProcess,
  { page, offset = 0, length = pageBytes }: Touch,
  touched: number,
  seed: number,
  context: StepContext,
): void {
  for (let index = page; index < page + touched; index++) {
    if (privateSeed === undefined) {
      const content = context.files.get(mapping?.file ?? '');
      if (content !== undefined && content.bytes > 0)
        noteWritten(content, ((mapping?.page ?? 0) + index) * pageBytes + offset, length, seed);
    } else copies.set(index, length === pageBytes ? seed : 0);
  }
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
  const holds = found === null || found === undefined ? 'something else' : seedWords(found);
  return `page ${page + wrong} holds ${holds} instead of ${seedWords(expected(wrong))}`;
}
