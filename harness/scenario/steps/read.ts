// SPDX-License-Identifier: GPL-2.0-only
// read: one pread(2), what it returns, and whether the data is as written.

import { z } from 'zod';
import { pageBytes } from '../../host/page.ts';
import { ioKeys, ioRange, ioResult, isResult, ioWords, rangeRefinement, resultWords, seenWords } from '../file-io.ts';
import { seedWords } from '../file-content.ts';
import { processesKey } from '../keys.ts';
import { transfer } from '../mapping-transfer.ts';
import { stepKind } from '../step.ts';

const schema = z
  .strictObject({
    ...ioKeys,
    processes: processesKey
      .optional()
      .describe(
        'Group whose first process reads to the same pages of another file, in its mapping: the kernel stores to them',
      ),
  })
  .refine(...rangeRefinement)
  .refine((args) => args.processes === undefined || args.page !== undefined, {
    error: '`processes` needs `page` (and `pages`)',
  });

export const read = stepKind({
  key: 'read',
  title: 'pread(2) from a file, which must return this, and data as written',
  example: 'read: {file: /mnt/data, page: 2, pages: 3, returns: EIO}',
  acts: false,
  schema,
  names: ({ file, processes }) => ({ files: [file], processes: processes === undefined ? [] : [processes] }),
  label: ({ processes, ...args }) =>
    `${ioWords(args)}${processes === undefined ? '' : ` to the mapping of ${processes}`}: ${resultWords(args.returns)}`,
  async run(args, context) {
    const { file, direct, returns } = args;
    if (args.processes !== undefined) return transfer('pread', args, args.processes, context);
    const { offset, length } = ioRange(args);
    const reply = await context.guest.request('pread', { file, offset, length, direct });
    const result = ioResult(reply, length);
    const seen = seenWords(reply, length);
    const wanted = `pread of ${ioWords(args)} returns ${resultWords(returns)}${returns === 'all' ? ', as written' : ''}`;
    if (!isResult(result, returns)) return { ok: false, wanted, seen };
    const { seeds } = context.files.get(file) ?? { seeds: [] };
    // The agent reports the patterns of whole pages only.
    const wrong = reply.seeds.flatMap((seed, index) => {
      const page = Math.ceil(offset / pageBytes) + index;
      const expected = seeds[page] ?? 0;
      if (expected === 0 || seed === expected) return [];
      return [`page ${page} holds ${seed === null ? 'something else' : seedWords(seed)}`];
    });
    if (wrong.length > 0) return { ok: false, wanted, seen: wrong.join('; ') };
    return { ok: true, seen };
  },
});
