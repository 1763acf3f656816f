// SPDX-License-Identifier: GPL-2.0-only
// read: one pread(2), what it returns, and whether the data is as written.

import { z } from 'zod';
import { pageBytes } from '../../host/page.ts';
import { ioKeys, ioRange, ioResult, isResult, ioWords, rangeRefinement, resultWords, seenWords } from '../file-io.ts';
import { stepKind } from '../step.ts';

const schema = z.strictObject(ioKeys).refine(...rangeRefinement);

export const read = stepKind({
  key: 'read',
  title: 'pread(2) from a file, which must return this, and data as written',
  example: 'read: {file: /mnt/data, page: 2, pages: 3, returns: EIO}',
  acts: false,
  schema,
  names: ({ file }) => ({ files: [file] }),
  label: (args) => `${ioWords(args)}: ${resultWords(args.returns)}`,
  async run(args, context) {
    const { file, direct, returns } = args;
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
      return [`page ${page} holds ${seed === null ? 'something else' : `pattern ${seed}`}`];
    });
    if (wrong.length > 0) return { ok: false, wanted, seen: wrong.join('; ') };
    return { ok: true, seen };
  },
});
