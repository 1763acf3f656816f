// SPDX-License-Identifier: GPL-2.0-only
// data: reads a file page by page and compares it with what was written.

import { z } from 'zod';
import { pageBytes } from '../../host/page.ts';
import { fileKey, pageKey } from '../keys.ts';
import { contentOf, seedWords, type Part } from '../file-content.ts';
import { stepKind } from '../step.ts';
import { seedRuns } from '../seed-runs.ts';
import type { StepContext } from '../step-context.ts';
import { ranges } from './mappings.ts';

const schema = z.union([
  fileKey.transform((file) => ({ file, except: new Array<number>() })),
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
    const content = context.files.get(file) ?? contentOf([]);
    const wanted = `every page of ${file}${butWords(except)} as written`;
    const wrong: string[] = [];
    let checked = 0;
    for (const { page, pages, seed } of seedRuns(content.seeds, new Set(except))) {
      const reply = await context.guest.request('verify', { file, page, pages, seed });
      if (reply.error !== undefined) return { ok: false, wanted, seen: `opening ${file} returned ${reply.error}` };
      for (const bad of reply.wrong) {
        const holds =
          bad.holds === undefined ? 'something else' : `${seedWords(bad.holds)} instead of ${seedWords(seed)}`;
        wrong.push(`page ${bad.page} holds ${holds}`);
      }
      for (const bad of reply.failed) wrong.push(`reading page ${bad.page} returned ${bad.error}`);
      checked += pages;
    }
    for (const [page, parts] of content.parts) {
      if (except.includes(page)) continue;
      wrong.push(...(await wrongParts(file, page, parts, context)));
      checked++;
    }
    if (checked === 0) return { ok: false, wanted, seen: 'the expected content of every page is unknown' };
    return wrong.length === 0
      ? { ok: true, seen: `${checked} pages as written` }
      : { ok: false, wanted, seen: wrong.slice(0, 8).join('; ') };
  },
});

/** What is wrong in a page that was written in part. */
async function wrongParts(
  file: string,
  page: number,
  parts: readonly Part[],
  { guest }: StepContext,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const { offset, length, seed } of parts) {
    const args = { file, offset: page * pageBytes + offset, length, seed };
    const { error, same } = await guest.request('verify-bytes', args);
    const where = `bytes ${offset}+${length} of page ${page}`;
    if (error !== undefined) wrong.push(`reading ${where} returned ${error}`);
    else if (same !== true) wrong.push(`${where} hold something else than ${seedWords(seed)}`);
  }
  return wrong;
}

function butWords(except: readonly number[]): string {
  return except.length === 0 ? '' : ` except ${ranges(except)}`;
}
