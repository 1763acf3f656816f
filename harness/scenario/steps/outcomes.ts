// SPDX-License-Identifier: GPL-2.0-only
// outcomes: what the kernel logged as the outcome of each reported page. Every page is counted, so that a loss has a known
// cause: the kernel's queue was full, or the report never arrived.

import { z } from 'zod';
import { pageBytes, sectorBytes, sectorsPerPage } from '../../host/page.ts';
import { lost, outcomesOf } from '../../poison/memory-failure-log.ts';
import { dataStart, placesOfPages } from '../../poison/target.ts';
import { fileKey, pageKey, pagesKey, pageWords } from '../keys.ts';
import { waitFor } from '../wait-for.ts';
import type { StepContext } from '../step-context.ts';
import { stepKind } from '../step.ts';
import { parseBadblocks } from './badblocks.ts';

const schema = z.strictObject({
  file: fileKey,
  page: pageKey.prefault(0).describe('First page'),
  pages: pagesKey.max(512),
  expect: z
    .enum(['recovered', 'recovered or lost', 'recovered and lost'])
    .describe(
      'Outcome of every page; lost: the kernel logged that its queue (16 a CPU) was full; and: at least one of each',
    ),
  badblocks: z
    .boolean()
    .prefault(false)
    .describe('Every page must also be in the list of bad blocks, with all its sectors'),
});

export const outcomes = stepKind({
  key: 'outcomes',
  title: 'The outcome that the kernel logged for each reported page: recovered, or lost to a full queue',
  example: 'outcomes: {file: /mnt/data, pages: 256, expect: recovered}',
  acts: false,
  schema,
  deadlineMs: 5000,
  names: ({ file }) => ({ files: [file] }),
  label: ({ file, page, pages, expect }) => `${pageWords(page, pages)} of ${file}: ${expect}`,
  async run({ file, page, pages, expect, badblocks }, context) {
    const places = new Map<number, Sector>();
    for (const { device, offset } of await placesOfPages(context.guest, context.stack, { file, page, pages })) {
      places.set((dataStart(context.facts, device) + offset) / pageBytes, { device, sector: offset / sectorBytes });
    }
    let logged = new Map<number, string>();
    let marked = 0;
    // The bad block is added after the page was handled (drivers/acpi/nfit/mce.c:nfit_handle_mce). A part of the time is left
    // for the requests of the last look.
    await waitFor(context.guest, context.guest.deadline.part(0.9), async () => {
      logged = await outcomesNow(context);
      marked = await markedPages(context, [...places.values()]);
      return [...places.keys()].every((frame) => logged.has(frame)) && (!badblocks || marked === pages);
    });
    const counts = new Map<string, number>();
    for (const frame of places.keys()) {
      const outcome = logged.get(frame) ?? 'not logged';
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    }
    const counted = [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
    const seen = `${pages} pages: ${counted}; ${marked} in badblocks`;
    if (isExpected(expect, counts, pages) && (!badblocks || marked === pages)) return { ok: true, seen };
    return { ok: false, wanted: `all ${pages} pages ${expect}${badblocks ? ', all in badblocks' : ''}`, seen };
  },
});

interface Sector {
  device: string;
  sector: number;
}

function isExpected(
  expect: z.output<typeof schema>['expect'],
  counts: ReadonlyMap<string, number>,
  pages: number,
): boolean {
  const [recovered, overflowed] = [counts.get('Recovered') ?? 0, counts.get(lost) ?? 0];
  const all = recovered + overflowed === pages;
  switch (expect) {
    case 'recovered':
      return recovered === pages;
    case 'recovered or lost':
      return all;
    case 'recovered and lost':
      return all && recovered > 0 && overflowed > 0;
  }
}

async function outcomesNow(context: StepContext): Promise<Map<number, string>> {
  await context.guest.request('ping', {}); // everything logged before has arrived when it answers
  return outcomesOf(context.wholeLog().map(({ text }) => text));
}

/** The number of pages of which every sector is in the bad blocks of their namespace. */
async function markedPages(context: StepContext, places: readonly Sector[]): Promise<number> {
  const bad = new Set<string>();
  for (const device of new Set(places.map((place) => place.device))) {
    const { data } = await context.guest.request('read', { path: `/sys/block/${device}/badblocks` });
    for (const sector of parseBadblocks(data)) bad.add(`${device} ${sector}`);
  }
  const isMarked = ({ device, sector }: Sector): boolean =>
    Array.from({ length: sectorsPerPage }, (_, index) => bad.has(`${device} ${sector + index}`)).every(Boolean);
  return places.filter(isMarked).length;
}
