// SPDX-License-Identifier: GPL-2.0-only
// heal: takes poison away again as if it had never been, by the route that put it there.

import { z } from 'zod';
import { poisonRoutes } from '../../poison/routes.ts';
import { stepKind } from '../step.ts';
import { namesOf, targetKeys, targetRefinement, targetsOf, targetWords } from './poison.ts';

const healing = poisonRoutes.filter(({ undo }) => undo !== undefined);

const schema = z
  .strictObject({
    route: z.enum(healing.map(({ name }) => name)).describe('How the poison got in'),
    ...targetKeys,
  })
  .refine(...targetRefinement);

export const heal = stepKind({
  key: 'heal',
  title: 'Take poison away again, from outside',
  example: 'heal: {route: consume, page: 3, of: /mnt/data}',
  acts: true,
  schema,
  names: namesOf,
  label: (args) => `${args.route}: ${targetWords(args)}`,
  async run(args, context) {
    const undo = healing.find(({ name }) => name === args.route)?.undo;
    if (undo === undefined) throw new Error(`${args.route} cannot be undone: the schema should have said so`);
    const notes: string[] = [];
    for (const target of await targetsOf(args, context)) {
      const { error, how } = await undo(context.guest, target);
      notes.push(`${target.described}: ${how}`);
      if (error !== undefined) return { ok: false, wanted: 'the poison is gone', seen: `it answered ${error}`, notes };
    }
    return { ok: true, seen: notes.join('; '), notes };
  },
});
