// SPDX-License-Identifier: GPL-2.0-only
// write: one pwrite(2) of a new pattern, and what it gives. The model of the file follows what was really written.

import { z } from 'zod';
import { ioKeys, ioRange, ioWords, outcomeOf, outcomeWords, rangeRefinement } from '../file-io.ts';
import { stepKind } from '../step.ts';

const schema = z
  .strictObject({
    ...ioKeys,
    'bad-buffer': z.boolean().prefault(false).describe('Write from an address that is not mapped'),
  })
  .refine(...rangeRefinement);

export const write = stepKind({
  key: 'write',
  title: 'pwrite(2) of a new pattern to a file',
  example: 'write: {of: /mnt/data, page: 3, gives: all}',
  acts: false,
  schema,
  names: ({ of }) => ({ files: [of] }),
  label: (args) => `${ioWords(args)}: ${outcomeWords(args.gives)}`,
  async run(args, cell) {
    const { offset, length } = ioRange(args);
    const seed = cell.takeSeed();
    const reply = await cell.ask('pwrite', {
      file: args.of,
      offset,
      length,
      seed,
      direct: args.direct,
      badBuffer: args['bad-buffer'],
    });
    const file = cell.files.get(args.of);
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

/** Notes in the model of a file what a write of `length` bytes has changed; a page written in part is unknown. */
export function noteWritten(seeds: number[], offset: number, length: number, seed: number): void {
  if (length === 0) return;
  for (let page = Math.floor(offset / 4096); page * 4096 < offset + length; page++) {
    const whole = page * 4096 >= offset && (page + 1) * 4096 <= offset + length;
    seeds[page] = whole ? seed : 0;
  }
}
