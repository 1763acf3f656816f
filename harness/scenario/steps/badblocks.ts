// SPDX-License-Identifier: GPL-2.0-only
// badblocks: the sectors in a namespace's list of bad blocks.

import { z } from 'zod';
import { pageBytes, sectorBytes, sectorsPerPage } from '../../host/page.ts';
import type { Replies } from '../../guest/protocol.ts';
import { placeOfPage } from '../../poison/target.ts';
import { deviceKey, fileKey, pageKey } from '../keys.ts';
import { waitFor } from '../wait-for.ts';
import type { StepContext } from '../step-context.ts';
import { stepKind } from '../step.ts';

const badPage = z.strictObject({
  page: pageKey,
  file: fileKey.optional().describe('File of the page; a page of the namespace by default'),
  sector: z
    .int()
    .min(0)
    .max(sectorsPerPage - 1)
    .optional()
    .describe('First bad sector of the page; 0 by default'),
  sectors: z
    .int()
    .min(1)
    .max(sectorsPerPage)
    .optional()
    .describe('Number of bad sectors; up to the end of the page by default'),
});
const badSector = z.strictObject({ sector: z.int().min(0).describe('Sector of the namespace, of 512 bytes') });

const schema = z.strictObject({
  device: deviceKey.describe('The namespace'),
  expect: z
    .union([z.literal('none'), z.array(z.union([badPage, badSector])).min(1)])
    .describe('none, or exactly these pages and sectors'),
});

type Bad = z.output<typeof badPage> | z.output<typeof badSector>;

export const badblocks = stepKind({
  key: 'badblocks',
  title: 'The list of bad blocks of a namespace: these, and no others',
  example: 'badblocks: {device: pmem0, expect: [{page: 3, file: /mnt/data}]}',
  acts: false,
  schema,
  deadlineMs: 5000,
  names: ({ device, expect }) => ({
    devices: [device],
    files: listed(expect).flatMap((bad) => ('page' in bad && bad.file !== undefined ? [bad.file] : [])),
  }),
  label: ({ device, expect }) => `${device}: ${expect === 'none' ? 'none' : expect.map(badWords).join(', ')}`,
  async run({ device, expect }, context) {
    const sectors = await sectorsOf(listed(expect), device, context);
    const path = `/sys/block/${device}/badblocks`;
    const wanted =
      sectors.size === 0 ? `no bad blocks on ${device}` : `bad blocks on ${device}: sectors ${[...sectors].join(' ')}`;
    let reply: Replies['read'] = { data: '' };
    const isSame = (): boolean => {
      const found = parseBadblocks(reply.data);
      const seen = new Set(found);
      // A sector that is listed twice would stay bad after it is cleared once.
      return found.length === sectors.size && [...sectors].every((sector) => seen.has(sector));
    };
    // What a machine check or firmware reports is added later, by a kworker (drivers/acpi/nfit/mce.c:nfit_handle_mce).
    await waitFor(context.guest, context.guest.deadline.part(1 / 2), async () => {
      reply = await context.guest.request('read', { path });
      return reply.error !== undefined || isSame();
    });
    if (reply.error !== undefined) return { ok: false, wanted, seen: `reading ${path} returned ${reply.error}` };
    const listing = reply.data.trim();
    const seen = listing === '' ? 'no bad blocks' : `START COUNT: ${listing.split('\n').join(', ')}`;
    return isSame() ? { ok: true, seen } : { ok: false, wanted, seen };
  },
});

function listed(expect: 'none' | Bad[]): Bad[] {
  return expect === 'none' ? [] : expect;
}

/** The sectors that should be bad on a namespace; pages of a file that are on another namespace count there. */
async function sectorsOf(expected: readonly Bad[], device: string, context: StepContext): Promise<Set<number>> {
  const sectors = new Set<number>();
  for (const bad of expected) {
    if (!('page' in bad)) {
      sectors.add(bad.sector);
      continue;
    }
    const place =
      bad.file === undefined
        ? { device, offset: bad.page * pageBytes }
        : await placeOfPage(context.guest, context.stack, bad.file, bad.page);
    if (place.device !== device) continue;
    const first = bad.sector ?? 0;
    const end = Math.min(sectorsPerPage, first + (bad.sectors ?? sectorsPerPage));
    for (let index = first; index < end; index++) sectors.add(place.offset / sectorBytes + index);
  }
  return sectors;
}

function badWords(bad: Bad): string {
  if (!('page' in bad)) return `sector ${bad.sector}`;
  return bad.file === undefined ? `page ${bad.page}` : `page ${bad.page} of ${bad.file}`;
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
