// SPDX-License-Identifier: GPL-2.0-only
// badblocks: the sectors in the list of bad blocks of a namespace or of a region.

import { z } from 'zod';
import { InfraError } from '../../host/errors.ts';
import { pageBytes, sectorBytes, sectorsPerPage } from '../../host/page.ts';
import type { Replies } from '../../guest/protocol.ts';
import { placeInNamespaceOf } from '../../poison/btt.ts';
import { dataStart, placeOfPage } from '../../poison/target.ts';
import type { Place } from '../../storage/layer.ts';
import { deviceKey, fileKey, pageKey, regionKey } from '../keys.ts';
import { waitFor } from '../wait-for.ts';
import type { StepContext } from '../step-context.ts';
import { stepKind } from '../step.ts';

const badPage = z.strictObject({
  page: pageKey,
  file: fileKey.optional().describe('File of the page; a page of the namespace or the region by default'),
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
const badSector = z.strictObject({
  sector: z.int().min(0).describe('Sector of the namespace or the region, of 512 bytes'),
});

const schema = z
  .strictObject({
    device: deviceKey.optional().describe('The namespace'),
    region: regionKey.optional().describe('Instead of `device`: a region, which has a list of its own'),
    expect: z
      .union([z.literal('none'), z.array(z.union([badPage, badSector])).min(1)])
      .describe('none, or exactly these pages and sectors'),
  })
  .refine(({ device, region }) => (device === undefined) !== (region === undefined), {
    error: 'needs either `device` or `region`',
  });

type Bad = z.output<typeof badPage> | z.output<typeof badSector>;

export const badblocks = stepKind({
  key: 'badblocks',
  title: 'The list of bad blocks of a namespace or of a region: these, and no others',
  example: 'badblocks: {device: pmem0, expect: [{page: 3, file: /mnt/data}]}',
  acts: false,
  schema,
  deadlineMs: 5000,
  names: ({ device, region, expect }) => ({
    devices: device === undefined ? [] : [device],
    regions: region === undefined ? [] : [region],
    files: listed(expect).flatMap((bad) => ('page' in bad && bad.file !== undefined ? [bad.file] : [])),
  }),
  label: ({ device, region, expect }) =>
    `${device ?? region ?? ''}: ${expect === 'none' ? 'none' : expect.map(badWords).join(', ')}`,
  async run({ device, region, expect }, context) {
    const owner = region === undefined ? namespaceList(device ?? '', context) : await regionList(region, context);
    const sectors = await sectorsOf(listed(expect), owner, context);
    const { name, path } = owner;
    const wanted =
      sectors.size === 0 ? `no bad blocks on ${name}` : `bad blocks on ${name}: sectors ${[...sectors].join(' ')}`;
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

/** A list of bad blocks. */
interface List {
  /** Of the namespace or the region. */
  name: string;
  path: string;
  /** The offset of a place in it, in bytes; undefined when it lies elsewhere. */
  offsetOf: (place: Place) => number | undefined;
}

/** @throws InfraError for a namespace in sector mode, whose list the kernel does not show */
function namespaceList(device: string, { stack }: StepContext): List {
  if (stack.devices.get(device)?.kind === 'sector') {
    throw new InfraError(`the kernel does not show the bad blocks of ${device}, which is in sector mode`, {
      hint: 'Those of its region: badblocks: {region: region0, ...}.',
    });
  }
  const offsetOf = (place: Place): number | undefined => (place.device === device ? place.offset : undefined);
  return { name: device, path: `/sys/block/${device}/badblocks`, offsetOf };
}

async function regionList(region: string, { facts, guest }: StepContext): Promise<List> {
  const folder = `/sys/bus/nd/devices/${region}`;
  const [start, size] = await Promise.all(
    ['resource', 'size'].map(async (file) => Number((await guest.request('read', { path: `${folder}/${file}` })).data)),
  );
  if (start === undefined || size === undefined || !Number.isSafeInteger(start) || !(size > 0))
    throw new InfraError(`the kernel does not report where ${region} is`);
  const offsetOf = ({ device, offset }: Place): number | undefined => {
    const physical = dataStart(facts, device) + offset;
    return physical >= start && physical < start + size ? physical - start : undefined;
  };
  return { name: region, path: `${folder}/badblocks`, offsetOf };
}

/** The sectors that should be bad; pages of a file that are elsewhere count there. */
async function sectorsOf(expected: readonly Bad[], list: List, context: StepContext): Promise<Set<number>> {
  const sectors = new Set<number>();
  for (const bad of expected) {
    if (!('page' in bad)) {
      sectors.add(bad.sector);
      continue;
    }
    const offset =
      bad.file === undefined ? bad.page * pageBytes : list.offsetOf(await placeOf(bad.file, bad.page, context));
    if (offset === undefined) continue;
    const first = bad.sector ?? 0;
    const end = Math.min(sectorsPerPage, first + (bad.sectors ?? sectorsPerPage));
    for (let index = first; index < end; index++) sectors.add(offset / sectorBytes + index);
  }
  return sectors;
}

/** The place of a page of a file in its namespace. */
async function placeOf(file: string, page: number, { facts, guest, stack }: StepContext): Promise<Place> {
  return placeInNamespaceOf(guest, stack, facts, await placeOfPage(guest, stack, file, page));
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
