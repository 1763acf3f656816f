// SPDX-License-Identifier: GPL-2.0-only
// data: reads a file page by page and compares it with what was written.

import { z } from 'zod';
import { stepKind } from '../step.ts';
import { ranges } from './mappings.ts';

const schema = z.strictObject({
  of: z.string().describe('The file'),
  is: z.literal('as written'),
  except: z.array(z.int().min(0)).prefault([]).describe('Pages that cannot be read now, because they are poisoned'),
});

export const data = stepKind({
  key: 'data',
  title: 'That a file holds what was written to it',
  example: 'data: {of: /mnt/data, is: as written}',
  acts: false,
  schema,
  names: ({ of }) => ({ files: [of] }),
  label: ({ of, is }) => `${of} ${is}`,
  async run({ of, except }, context) {
    const { seeds } = context.files.get(of) ?? { seeds: [] };
    const wanted = `every page of ${of}${except.length > 0 ? ` but ${ranges(except)}` : ''} as written`;
    const wrong: string[] = [];
    let checked = 0;
    for (const { page, pages, seed } of runs(seeds, new Set(except))) {
      const reply = await context.guest.request('verify', { file: of, page, pages, seed });
      if (reply.error !== undefined) return { ok: false, wanted, seen: `${of}: ${reply.error}` };
      for (const bad of reply.wrong) {
        wrong.push(
          `page ${bad.page} holds ${bad.holds === undefined ? 'something else' : `pattern ${bad.holds}, not ${seed}`}`,
        );
      }
      for (const bad of reply.failed) wrong.push(`page ${bad.page} cannot be read: ${bad.error}`);
      checked += pages;
    }
    if (checked === 0) return { ok: false, wanted, seen: 'no page of which it is known what it should hold' };
    return wrong.length === 0
      ? { ok: true, seen: `${checked} pages as written` }
      : { ok: false, wanted, seen: wrong.slice(0, 8).join('; ') };
  },
});

/** Pages in a row that should hold the same pattern; pages of unknown content and exceptions are left out. */
export function runs(
  seeds: readonly number[],
  except: ReadonlySet<number>,
): { page: number; pages: number; seed: number }[] {
  const found: { page: number; pages: number; seed: number }[] = [];
  seeds.forEach((seed, page) => {
    if (seed === 0 || except.has(page)) return;
    const last = found.at(-1);
    if (last?.seed === seed && last.page + last.pages === page) last.pages++;
    else found.push({ page, pages: 1, seed });
  });
  return found;
}
