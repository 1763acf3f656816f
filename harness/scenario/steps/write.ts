// SPDX-License-Identifier: GPL-2.0-only
// write: one pwrite(2) of a new pattern, and what it gives. The model of the file follows what was really written.

import { z } from 'zod';
import { InfraError } from '../../host/errors.ts';
import { pageBytes } from '../../host/page.ts';
import type { StepContext } from '../step-context.ts';
import { describeSignal } from '../expect-signal.ts';
import { ioKeys, ioRange, ioWords, outcomeOf, outcomeWords, rangeRefinement, type IoOutcome } from '../file-io.ts';
import { stepKind, type StepReport } from '../step.ts';

const schema = z
  .strictObject({
    ...ioKeys,
    by: z
      .string()
      .optional()
      .describe(
        'A group whose first process maps the same pages of another file, and writes those from its mapping: the kernel loads from them',
      ),
    'bad-buffer': z.boolean().prefault(false).describe('Write from an address that is not mapped'),
  })
  .refine(...rangeRefinement)
  .refine((args) => args.by === undefined || (args.page !== undefined && !args.direct && !args['bad-buffer']), {
    error: '`by` goes with `page` (and `pages`), and neither with `direct` nor with `bad-buffer`',
  });

export const write = stepKind({
  key: 'write',
  title: 'pwrite(2) of a new pattern to a file',
  example: 'write: {of: /mnt/data, page: 3, gives: all}',
  acts: false,
  schema,
  names: ({ of, by }) => ({ files: [of], ...(by === undefined ? {} : { processes: [by] }) }),
  label: (args) =>
    `${ioWords(args)}${args.by === undefined ? '' : ` from the mapping of ${args.by}`}: ${outcomeWords(args.gives)}`,
  async run(args, context) {
    const { offset, length } = ioRange(args);
    if (args.by !== undefined) return writeOut({ ...args, by: args.by, offset, length }, context);
    const seed = context.takeSeed();
    const reply = await context.guest.request('pwrite', {
      file: args.of,
      offset,
      length,
      seed,
      direct: args.direct,
      badBuffer: args['bad-buffer'],
    });
    const file = context.files.get(args.of);
    if (file !== undefined) noteWritten(file.seeds, offset, Math.max(0, reply.result), seed);
    const outcome = outcomeOf(reply, length);
    return outcome === args.gives
      ? { ok: true, seen: outcomeWords(outcome) }
      : {
          ok: false,
          wanted: `pwrite of ${ioWords(args)} gives ${outcomeWords(args.gives)}`,
          seen: `it gave ${outcomeWords(outcome)}`,
        };
  },
});

async function writeOut(
  args: { of: string; by: string; offset: number; length: number; gives: IoOutcome },
  context: StepContext,
): Promise<StepReport> {
  const { of, by, offset, length } = args;
  const [process] = context.processesOf(by);
  const [page, pages] = [offset / pageBytes - (process?.map?.page ?? 0), length / pageBytes];
  const wanted = `pwrite of ${length} bytes from the mapping of ${by} gives ${outcomeWords(args.gives)}`;
  // The scenario is wrong, not the kernel.
  if (process?.map === undefined || page < 0 || page + pages > process.map.pages)
    throw new InfraError(`${by} does not map the pages that it is to write to ${of}`);
  const reply = await context.guest.request('write-from-mapping', {
    process: process.name,
    page,
    pages,
    file: of,
    offset,
  });
  const [from, to] = [context.files.get(process.map.file), context.files.get(of)];
  for (let done = 0; to !== undefined && done * pageBytes < reply.result; done++) {
    const whole = (done + 1) * pageBytes <= reply.result;
    to.seeds[offset / pageBytes + done] = whole ? (from?.seeds[offset / pageBytes + done] ?? 0) : 0;
  }
  const outcome = outcomeOf(reply, length);
  const signal = reply.hit === undefined ? '' : `, and ${describeSignal(reply.hit)}`;
  return outcome === args.gives
    ? { ok: true, seen: `${outcomeWords(outcome)}${signal}` }
    : { ok: false, wanted, seen: `it gave ${outcomeWords(outcome)}${signal}` };
}

/** Notes in the model of a file what a write of `length` bytes has changed; a page written in part is unknown. */
export function noteWritten(seeds: number[], offset: number, length: number, seed: number): void {
  if (length === 0) return;
  for (let page = Math.floor(offset / pageBytes); page * pageBytes < offset + length; page++) {
    const whole = page * pageBytes >= offset && (page + 1) * pageBytes <= offset + length;
    seeds[page] = whole ? seed : 0;
  }
}
