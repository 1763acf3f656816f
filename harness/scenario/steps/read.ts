// SPDX-License-Identifier: GPL-2.0-only
// read: one pread(2), what it gives, and whether the data is as written.

import { z } from 'zod';
import { pageBytes } from '../../host/page.ts';
import { ioKeys, ioRange, ioWords, outcomeOf, outcomeWords, rangeRefinement } from '../file-io.ts';
import { stepKind } from '../step.ts';

const schema = z.strictObject(ioKeys).refine(...rangeRefinement);

export const read = stepKind({
  key: 'read',
  title: 'pread(2) from a file',
  example: 'read: {of: /mnt/data, page: 2, pages: 3, gives: EIO}',
  acts: false,
  schema,
  names: ({ of }) => ({ files: [of] }),
  label: (args) => `${ioWords(args)}: ${outcomeWords(args.gives)}`,
  async run(args, context) {
    const { offset, length } = ioRange(args);
    const reply = await context.guest.request('pread', { file: args.of, offset, length, direct: args.direct });
    const outcome = outcomeOf(reply, length);
    const wanted = `pread of ${ioWords(args)} gives ${outcomeWords(args.gives)}${args.gives === 'all' ? ', as written' : ''}`;
    if (outcome !== args.gives) return { ok: false, wanted, seen: `it gave ${outcomeWords(outcome)}` };
    const file = context.files.get(args.of);
    // The agent tells the pattern of whole pages only.
    const wrong = reply.seeds.flatMap((seed, index) => {
      const page = Math.ceil(offset / pageBytes) + index;
      const expected = file?.seeds[page] ?? 0;
      return expected === 0 || seed === expected
        ? []
        : [`page ${page} holds ${seed === null ? 'something else' : `pattern ${seed}`}`];
    });
    if (wrong.length > 0) return { ok: false, wanted, seen: wrong.join('; ') };
    return { ok: true, seen: outcomeWords(outcome) };
  },
});
