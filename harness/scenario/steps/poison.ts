// SPDX-License-Identifier: GPL-2.0-only
// poison: makes a page bad, by one of the routes.

import { z } from 'zod';
import { poisonRoutes } from '../../poison/routes.ts';
import type { PoisonTarget } from '../../poison/route.ts';
import { dataStart, placeOfPage } from '../../poison/target.ts';
import { basePlace } from '../../storage/layer.ts';
import type { Cell } from '../cell.ts';
import { stepKind } from '../step.ts';

const pageBytes = 4096;
const routeNames = poisonRoutes.map(({ name }) => name);

const schema = z
  .strictObject({
    route: z.enum(routeNames).describe('How the poison gets in'),
    page: z.int().min(0).describe('Page of the file or device, by number from 0'),
    pages: z.int().min(1).max(512).prefault(1).describe('How many pages in a row'),
    of: z.string().optional().describe('The file'),
    on: z.string().optional().describe('Instead of a file: the device'),
    by: z.string().optional().describe('For the route madvise: the group whose first process does it'),
    gives: z.string().optional().describe('The error that the kernel should answer with, such as EBUSY'),
  })
  .refine(({ of, on }) => (of === undefined) !== (on === undefined), { error: 'say `of` (a file) or `on` (a device)' });

type Args = z.output<typeof schema>;

export const poison = stepKind({
  key: 'poison',
  title: 'Poison a page',
  example: 'poison: {route: badblocks, page: 3, of: /mnt/data}',
  acts: true,
  schema,
  modules: ({ route }) => poisonRoutes.find(({ name }) => name === route)?.modules ?? [],
  names: ({ of, on, by }) => ({
    ...(of === undefined ? {} : { files: [of] }),
    ...(on === undefined ? {} : { devices: [on] }),
    ...(by === undefined ? {} : { processes: [by] }),
  }),
  label: (args) => `${args.route}: ${words(args)}`,
  async run(args, cell) {
    const route = poisonRoutes.find(({ name }) => name === args.route);
    if (route === undefined) throw new Error(`no route ${args.route}: the schema should have said so`);
    const notes: string[] = [];
    for (const target of await targetsOf(args, cell)) {
      if (route.throughProcess && target.process === undefined) {
        return {
          ok: false,
          wanted: `a process that maps ${words(args)}`,
          seen: 'say `by`: a group that maps the page',
        };
      }
      const { error, how } = await route.inject(cell.guest, target, cell.remainingMs);
      notes.push(`${target.described}: ${how}`);
      if (error !== args.gives) {
        const wanted = args.gives === undefined ? 'the kernel takes the injection' : `the kernel answers ${args.gives}`;
        return { ok: false, wanted, seen: error === undefined ? 'it took it' : `it answered ${error}`, notes };
      }
    }
    return { ok: true, seen: notes.join('; '), notes };
  },
});

/** Where the pages lie; pages in a row need not be neighbours on the device. */
async function targetsOf(args: Args, cell: Cell): Promise<PoisonTarget[]> {
  const targets: PoisonTarget[] = [];
  for (let page = args.page; page < args.page + args.pages; page++) {
    const base =
      args.of === undefined
        ? basePlace(cell.stack, { device: args.on ?? '', offset: page * pageBytes })
        : await placeOfPage(cell.guest, cell.stack, args.of, page, cell.remainingMs);
    const physical = dataStart(cell.facts, base.device) + base.offset;
    targets.push({
      base,
      length: pageBytes,
      physical,
      process: args.by === undefined ? undefined : mapperOf(cell, args.by, page),
      described: `page ${page} of ${args.of ?? args.on ?? ''} = ${base.device}+0x${base.offset.toString(16)} = physical 0x${physical.toString(16)}`,
    });
  }
  return targets;
}

function mapperOf(cell: Cell, group: string, page: number): { name: string; page: number } | undefined {
  const [process] = cell.processesOf(group);
  if (process?.map === undefined) return undefined;
  const index = page - process.map.page;
  return index >= 0 && index < process.map.pages ? { name: process.name, page: index } : undefined;
}

function words({ page, pages, of, on }: Args): string {
  return `${pages === 1 ? `page ${page}` : `pages ${page}-${page + pages - 1}`} of ${of ?? on ?? ''}`;
}
