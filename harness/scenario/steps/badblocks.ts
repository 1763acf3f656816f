// SPDX-License-Identifier: GPL-2.0-only
// badblocks: what a namespace's list of bad blocks holds.

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { pageBytes, sectorBytes, sectorsPerPage } from '../../host/page.ts';
import { placeOfPage } from '../../poison/target.ts';
import { stepKind } from '../step.ts';

const schema = z.strictObject({
  of: z.string().describe('The namespace'),
  are: z
    .union([
      z.literal('none'),
      z
        .array(
          z.union([
            z.strictObject({
              page: z.int().min(0),
              of: z.string().optional().describe('The file; the namespace itself if not said'),
              sector: z.int().min(0).max(7).optional().describe('Of the page, only from this sector on'),
              sectors: z.int().min(1).max(8).optional().describe('How many of its sectors'),
            }),
            z.strictObject({ sector: z.int().min(0).describe('Sector of the namespace, of 512 bytes') }),
          ]),
        )
        .min(1),
    ])
    .describe('none, or just these pages and sectors'),
});

export const badblocks = stepKind({
  key: 'badblocks',
  title: 'What the list of bad blocks of a namespace holds, and nothing else',
  example: 'badblocks: {of: pmem0, are: [{page: 3, of: /mnt/data}]}',
  acts: false,
  schema,
  withinMs: 2000,
  names: ({ of, are }) => ({
    devices: [of],
    files: are === 'none' ? [] : are.flatMap((bad) => ('page' in bad ? (bad.of ?? []) : [])),
  }),
  label: ({ of, are }) => `${of}: ${are === 'none' ? 'none' : are.map(words).join(', ')}`,
  async run({ of, are }, context) {
    const sectors = new Set<number>();
    for (const page of are === 'none' ? [] : are) {
      if (!('page' in page)) {
        sectors.add(page.sector);
        continue;
      }
      const place =
        page.of === undefined
          ? { device: of, offset: page.page * pageBytes }
          : await placeOfPage(context.guest, context.stack, page.of, page.page);
      if (place.device !== of) continue;
      const first = page.sector ?? 0;
      for (let index = first; index < Math.min(sectorsPerPage, first + (page.sectors ?? sectorsPerPage)); index++)
        sectors.add(place.offset / sectorBytes + index);
    }
    const path = `/sys/block/${of}/badblocks`;
    const wanted =
      sectors.size === 0 ? `no bad blocks on ${of}` : `bad blocks on ${of}: sectors ${[...sectors].join(' ')}`;
    const look = async (): Promise<{ data: string; error?: string; same: boolean }> => {
      const reply = await context.guest.request('read', { path });
      const listed = parseBadblocks(reply.data);
      const seen = new Set(listed);
      // A sector that is listed twice would stay bad when it is cleared once.
      return { ...reply, same: listed.length === sectors.size && [...sectors].every((sector) => seen.has(sector)) };
    };
    // What a machine check or firmware reports is added later, in a kworker (drivers/acpi/nfit/mce.c:nfit_handle_mce).
    let found = await look();
    // Half of the time for waiting, so that the last look has time enough too.
    const enough = context.guest.deadline.remainingMs / 2;
    while (!found.same && found.error === undefined && context.guest.deadline.remainingMs > enough) {
      await sleep(20);
      found = await look();
    }
    const { data, error, same } = found;
    if (error !== undefined) return { ok: false, wanted, seen: `${path}: ${error}` };
    const text = data.trim() === '' ? 'no bad blocks' : `START COUNT: ${data.trim().split('\n').join(', ')}`;
    return same ? { ok: true, seen: text } : { ok: false, wanted, seen: text };
  },
});

function words(bad: { page: number; of?: string | undefined } | { sector: number }): string {
  if ('sector' in bad && !('page' in bad)) return `sector ${bad.sector}`;
  const { page, of } = bad as { page: number; of?: string };
  return of === undefined ? `page ${page}` : `page ${page} of ${of}`;
}

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
