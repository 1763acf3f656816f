// SPDX-License-Identifier: GPL-2.0-only
// write: one pwrite(2) of a new pattern, and what it returns. The expected content of the file follows what was written.

import { z } from 'zod';
import { InfraError } from '../../host/errors.ts';
import { pageBytes } from '../../host/page.ts';
import { describeSignal } from '../expect-signal.ts';
import { ioKeys, ioRange, ioResult, isResult, ioWords, rangeRefinement, resultWords, seenWords } from '../file-io.ts';
import { processesKey } from '../keys.ts';
import { stepKind, type StepReport } from '../step.ts';
import type { StepContext } from '../step-context.ts';

const schema = z
  .strictObject({
    ...ioKeys,
    processes: processesKey
      .optional()
      .describe(
        'Group whose first process writes the same pages of another file from its mapping: the kernel loads from them',
      ),
    'bad-buffer': z.boolean().prefault(false).describe('Write from an address that is not mapped'),
  })
  .refine(...rangeRefinement)
  .refine((args) => args.processes === undefined || (args.page !== undefined && !args.direct && !args['bad-buffer']), {
    error: '`processes` needs `page` (and `pages`), and excludes `direct` and `bad-buffer`',
  });

type Write = z.output<typeof schema>;

export const write = stepKind({
  key: 'write',
  title: 'pwrite(2) of a new pattern to a file, which must return this',
  example: 'write: {file: /mnt/data, page: 3, returns: all}',
  acts: false,
  schema,
  names: ({ file, processes }) => ({ files: [file], processes: processes === undefined ? [] : [processes] }),
  label: ({ processes, ...args }) =>
    `${ioWords(args)}${processes === undefined ? '' : ` from the mapping of ${processes}`}: ${resultWords(args.returns)}`,
  run: (args, context) =>
    args.processes === undefined ? writePattern(args, context) : writeFromMapping(args, args.processes, context),
});

async function writePattern(args: Write, context: StepContext): Promise<StepReport> {
  const { file, direct, returns, 'bad-buffer': badBuffer } = args;
  const { offset, length } = ioRange(args);
  const seed = context.takeSeed();
  const reply = await context.guest.request('pwrite', { file, offset, length, seed, direct, badBuffer });
  const seeds = context.files.get(file)?.seeds;
  if (seeds !== undefined) noteWritten(seeds, offset, Math.max(0, reply.result), seed);
  const seen = seenWords(reply, length);
  return isResult(ioResult(reply, length), returns)
    ? { ok: true, seen }
    : { ok: false, wanted: `pwrite of ${ioWords(args)} returns ${resultWords(returns)}`, seen };
}

async function writeFromMapping(args: Write, group: string, context: StepContext): Promise<StepReport> {
  const { file, returns } = args;
  const { offset, length } = ioRange(args);
  const [process] = context.processesOf(group);
  const mapping = process?.mapping;
  const [page, pages] = [offset / pageBytes - (mapping?.page ?? 0), length / pageBytes];
  // A mistake of the scenario, not of the kernel.
  if (process === undefined || mapping === undefined || page < 0 || page + pages > mapping.pages)
    throw new InfraError(`${group} does not map the pages that it should write to ${file}`);
  const reply = await context.guest.request('write-from-mapping', { process: process.name, page, pages, file, offset });
  const [from, to] = [context.files.get(mapping.file)?.seeds ?? [], context.files.get(file)?.seeds];
  for (let done = 0; to !== undefined && done * pageBytes < reply.result; done++) {
    const whole = (done + 1) * pageBytes <= reply.result;
    to[offset / pageBytes + done] = whole ? (from[offset / pageBytes + done] ?? 0) : 0;
  }
  const signal = reply.hit === undefined ? '' : `, and ${describeSignal(reply.hit)}`;
  const seen = `${seenWords(reply, length)}${signal}`;
  const wanted = `pwrite of ${length} bytes from the mapping of ${group} returns ${resultWords(returns)}`;
  return isResult(ioResult(reply, length), returns) ? { ok: true, seen } : { ok: false, wanted, seen };
}

/** Notes what a write of `length` bytes has changed in the expected content of a file; a page written in part is unknown. */
export function noteWritten(seeds: number[], offset: number, length: number, seed: number): void {
  if (length === 0) return;
  for (let page = Math.floor(offset / pageBytes); page * pageBytes < offset + length; page++) {
    const whole = page * pageBytes >= offset && (page + 1) * pageBytes <= offset + length;
    seeds[page] = whole ? seed : 0;
  }
}
