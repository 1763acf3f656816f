// SPDX-License-Identifier: GPL-2.0-only
// data: reads a file page by page and compares it with what was written.

import { z } from 'zod';
import { fileKey, pageKey } from '../keys.ts';
import { stepKind } from '../step.ts';
import { ranges } from './mappings.ts';

const schema = z.union([
  fileKey.transform((file) => ({ file, except: [] })),
  z.strictObject({
    file: fileKey,
    except: z.array(pageKey).prefault([]).describe('Pages left out, such as poisoned ones, which cannot be read'),
  }),
]);

export const data = stepKind({
  key: 'data',
  title: 'The content of a file, which must be as written',
  example: 'data: /mnt/data',
  acts: false,
  schema,
  names: ({ file }) => ({ files: [file] }),
  label: ({ file, except }) => `${file}${butWords(except)}`,
  async run({ file, except }, context) {
    const { seeds } = context.files.get(file) ?? { seeds: [] };
    const wanted = `every page of ${file}${butWords(except)} as written`;
    const wrong: string[] = [];
    let checked = 0;
    for (const { page, pages, seed } of runs(seeds, new Set(except))) {
      const reply = await context.guest.request('verify', { file, page, pages, seed });
      if (reply.error !== undefined) return { ok: false, wanted, seen: `opening ${file} returned ${reply.error}` };
      for (const bad of reply.wrong) {
        const holds = bad.holds === undefined ? 'something else' : `pattern ${bad.holds} instead of ${seed}`;
        wrong.push(`page ${bad.page} holds ${holds}`);
      }
      for (const bad of reply.failed) wrong.push(`reading page ${bad.page} returned ${bad.error}`);
      checked += pages;
    }
    if (checked === 0) return { ok: false, wanted, seen: 'the expected content of every page is unknown' };
    return wrong.length === 0
      ? { ok: true, seen: `${checked} pages as written` }
      : { ok: false, wanted, seen: wrong.slice(0, 8).join('; ') };
  },
});

function butWords(except: readonly number[]): string {
  return except.length === 0 ? '' : ` except ${ranges(except)}`;
}

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
