// SPDX-License-Identifier: GPL-2.0-only
// fates: what the kernel says became of each page of a file that was reported to it. Every page is accounted for, so that
// a loss is laid at the right door: the kernel's queue was full, or the report never came through.

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { pageBytes, sectorBytes, sectorsPerPage } from '../../host/page.ts';
import { fatesOf, lost } from '../../poison/memory-failure-log.ts';
import { dataStart, placesOfPages } from '../../poison/target.ts';
import type { StepContext } from '../step-context.ts';
import { stepKind } from '../step.ts';
import { parseBadblocks } from './badblocks.ts';

const schema = z.strictObject({
  of: z.string().describe('The file'),
  page: z.int().min(0).prefault(0).describe('The first page'),
  pages: z.int().min(1).max(512).describe('How many'),
  are: z
    .enum(['recovered', 'recovered or lost', 'recovered and lost'])
    .describe('`lost`: the kernel says that its own queue (16 a CPU) was full. `and`: some of each'),
  'bad-blocks': z.literal('all').optional().describe('Every page has its bad block, too'),
});

export const fates = stepKind({
  key: 'fates',
  title: 'What the kernel says became of each page that was reported: recovered, or lost by its full queue',
  example: 'fates: {of: /mnt/data, pages: 256, are: recovered}',
  acts: false,
  schema,
  withinMs: 5000,
  names: ({ of }) => ({ files: [of] }),
  label: ({ of, page, pages, are }) => `pages ${page}-${page + pages - 1} of ${of}: ${are}`,
  async run({ of, page, pages, are, 'bad-blocks': bad }, context) {
    const places = new Map<number, { device: string; sector: number }>();
    const range = { file: of, page, pages };
    for (const { device, offset } of await placesOfPages(context.guest, context.stack, range)) {
      places.set((dataStart(context.facts, device) + offset) / pageBytes, { device, sector: offset / sectorBytes });
    }
    let told = await fatesNow(context);
    while ([...places.keys()].some((frame) => !told.has(frame)) && context.guest.deadline.remainingMs > 100) {
      await sleep(20);
      told = await fatesNow(context);
    }
    const counts = new Map<string, number>();
    for (const frame of places.keys()) {
      const fate = told.get(frame) ?? 'without a word';
      counts.set(fate, (counts.get(fate) ?? 0) + 1);
    }
    let marked = await badPages(context, [...places.values()]);
    // The bad block is added after the page is taken (drivers/acpi/nfit/mce.c:nfit_handle_mce).
    while (bad === 'all' && marked < pages && context.guest.deadline.remainingMs > 100) {
      await sleep(20);
      marked = await badPages(context, [...places.values()]);
    }
    const seen = `${pages} pages: ${[...counts].map(([fate, count]) => `${count} ${fate}`).join(', ')}; ${marked} with a bad block`;
    const recovered = counts.get('Recovered') ?? 0;
    const overflowed = counts.get(lost) ?? 0;
    const all = recovered + overflowed === pages;
    const ok = {
      recovered: recovered === pages,
      'recovered or lost': all,
      'recovered and lost': all && recovered > 0 && overflowed > 0,
    }[are];
    return ok && (bad === undefined || marked === pages)
      ? { ok, seen }
      : { ok: false, wanted: `all ${pages} pages ${are}${bad === undefined ? '' : ', with their bad blocks'}`, seen };
  },
});

async function fatesNow(context: StepContext): Promise<Map<number, string>> {
  await context.guest.request('ping', {}); // everything that was logged before is here when it answers
  return fatesOf(context.wholeLog().map(({ text }) => text));
}

/** How many of the pages are bad blocks of their namespace, the whole page. */
async function badPages(context: StepContext, places: readonly { device: string; sector: number }[]): Promise<number> {
  const bad = new Set<string>();
  for (const device of new Set(places.map((place) => place.device))) {
    const { data } = await context.guest.request('read', { path: `/sys/block/${device}/badblocks` });
    for (const sector of parseBadblocks(data)) bad.add(`${device} ${sector}`);
  }
  const isBad = ({ device, sector }: { device: string; sector: number }): boolean =>
    Array.from({ length: sectorsPerPage }, (_, index) => bad.has(`${device} ${sector + index}`)).every(Boolean);
  return places.filter(isBad).length;
}
