// SPDX-License-Identifier: GPL-2.0-only
// heal: takes poison away again as if it had never been, by the route that put it there.

import { z } from 'zod';
import { poisonRoutes } from '../../poison/routes.ts';
import { stepKind } from '../step.ts';
import { targetsOf } from './poison.ts';

const healing = poisonRoutes.filter(({ undo }) => undo !== undefined);

const schema = z
  .strictObject({
    route: z.enum(healing.map(({ name }) => name)).describe('How the poison got in'),
    page: z.int().min(0).describe('Page of the file or device, by number from 0'),
    pages: z.int().min(1).max(512).prefault(1).describe('How many pages in a row'),
    of: z.string().optional().describe('The file'),
    on: z.string().optional().describe('Instead of a file: the device'),
  })
  .refine(({ of, on }) => (of === undefined) !== (on === undefined), { error: 'say `of` (a file) or `on` (a device)' });

export const heal = stepKind({
  key: 'heal',
  title: 'Take poison away again, from outside',
  example: 'heal: {route: consume, page: 3, of: /mnt/data}',
  acts: true,
  schema,
  names: ({ of, on }) => ({
    ...(of === undefined ? {} : { files: [of] }),
    ...(on === undefined ? {} : { devices: [on] }),
  }),
  label: ({ route, page, pages, of, on }) =>
    `${route}: ${pages === 1 ? `page ${page}` : `pages ${page}-${page + pages - 1}`} of ${of ?? on ?? ''}`,
  async run(args, cell) {
    const undo = healing.find(({ name }) => name === args.route)?.undo;
    if (undo === undefined) throw new Error(`${args.route} cannot be undone: the schema should have said so`);
    const notes: string[] = [];
    for (const target of await targetsOf(args, cell)) {
      const { error, how } = await undo(cell.guest, target, cell.remainingMs);
      notes.push(`${target.described}: ${how}`);
      if (error !== undefined) return { ok: false, wanted: 'the poison is gone', seen: `it answered ${error}`, notes };
    }
    return { ok: true, seen: notes.join('; '), notes };
  },
});
