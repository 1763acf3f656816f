// SPDX-License-Identifier: GPL-2.0-only
// unpoison: takes poison back from outside the guest, by the route that put it there.

import { z } from 'zod';
import { poisonRoutes } from '../../poison/routes.ts';
import { namesOfTarget, targetKeys, targetRefinement, targetsOf, targetWords } from '../poison-target.ts';
import { stepKind } from '../step.ts';

const reversible = poisonRoutes.filter(({ unpoison }) => unpoison !== undefined);

const schema = z
  .strictObject({
    route: z.enum(reversible.map(({ name }) => name)).describe('Route by which the pages were poisoned'),
    ...targetKeys,
  })
  .refine(...targetRefinement);

export const unpoison = stepKind({
  key: 'unpoison',
  title: 'Take poison back, from outside the guest',
  example: 'unpoison: {route: consume, file: /mnt/data, page: 3}',
  acts: true,
  schema,
  names: namesOfTarget,
  label: (args) => `${args.route}: ${targetWords(args)}`,
  async run(args, context) {
    const takeBack = reversible.find(({ name }) => name === args.route)?.unpoison;
    if (takeBack === undefined) throw new Error(`${args.route} cannot unpoison: the schema should have rejected it`);
    const notes: string[] = [];
    for (const target of await targetsOf(args, context)) {
      const { error, how } = await takeBack(context.guest, target);
      notes.push(`${target.described}: ${how}`);
      if (error !== undefined) return { ok: false, wanted: 'the poison is gone', seen: `returned ${error}`, notes };
    }
    return { ok: true, seen: notes.join('; '), notes };
  },
});
