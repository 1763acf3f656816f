// SPDX-License-Identifier: GPL-2.0-only
// badblocks: what a namespace's list of bad blocks holds.

import { z } from 'zod';
import { placeOfPage } from '../../poison/target.ts';
import { stepKind } from '../step.ts';

const sectorsPerPage = 8;

const schema = z.strictObject({
  of: z.string().describe('The namespace'),
  are: z
    .union([
      z.literal('none'),
      z.array(z.strictObject({ page: z.int().min(0), of: z.string().describe('The file') })).min(1),
    ])
    .describe('none, or just these pages'),
});

export const badblocks = stepKind({
  key: 'badblocks',
  title: 'What the list of bad blocks of a namespace holds, and nothing else',
  example: 'badblocks: {of: pmem0, are: [{page: 3, of: /mnt/data}]}',
  acts: false,
  schema,
  names: ({ of, are }) => ({ devices: [of], files: are === 'none' ? [] : are.map((page) => page.of) }),
  label: ({ of, are }) =>
    `${of}: ${are === 'none' ? 'none' : are.map((page) => `page ${page.page} of ${page.of}`).join(', ')}`,
  async run({ of, are }, cell) {
    const sectors = new Set<number>();
    for (const page of are === 'none' ? [] : are) {
      const place = await placeOfPage(cell.guest, cell.stack, page.of, page.page, cell.remainingMs);
      if (place.device !== of) continue;
      for (let index = 0; index < sectorsPerPage; index++) sectors.add(place.offset / 512 + index);
    }
    const path = `/sys/block/${of}/badblocks`;
    const { data, error } = await cell.ask('read', { path });
    const wanted =
      sectors.size === 0 ? `no bad blocks on ${of}` : `bad blocks on ${of}: sectors ${[...sectors].join(' ')}`;
    if (error !== undefined) return { ok: false, wanted, seen: `${path}: ${error}` };
    const seen = new Set(parseBadblocks(data));
    const same = seen.size === sectors.size && [...sectors].every((sector) => seen.has(sector));
    const text = data.trim() === '' ? 'no bad blocks' : `START COUNT: ${data.trim().split('\n').join(', ')}`;
    return same ? { ok: true, seen: text } : { ok: false, wanted, seen: text };
  },
});

/** The sectors that sysfs lists, a `START COUNT` a line. */
export function parseBadblocks(text: string): number[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => {
      const [start = 0, count = 0] = line.trim().split(/\s+/).map(Number);
      return Array.from({ length: count }, (_, index) => start + index);
    });
}
