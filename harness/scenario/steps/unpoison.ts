// SPDX-License-Identifier: GPL-2.0-only
// unpoison: takes poison back by the route that put it there.

import { z } from 'zod';
import { poisonRoutes } from '../../poison/routes.ts';
import { namesOfTarget, poisonedTargetsOf, targetKeys, targetRefinement, targetWords } from '../poison-target.ts';
import { stepKind } from '../step.ts';

const reversible = poisonRoutes.filter(({ unpoison }) => unpoison !== undefined);

const schema = z
  .strictObject({
    route: z.enum(reversible.map(({ name }) => name)).describe('Route by which the pages were poisoned'),
    ...targetKeys,
    returns: z.string().optional().describe('Error that it should return, such as EOPNOTSUPP; none by default'),
  })
  .refine(...targetRefinement);

export const unpoison = stepKind({
  key: 'unpoison',
  title: 'Take poison back',
  example: 'unpoison: {route: consume, file: /mnt/data, page: 3}',
  acts: true,
  schema,
  modules: ({ route }) => reversible.find(({ name }) => name === route)?.modules ?? [],
  names: namesOfTarget,
  label: (args) => `${args.route}: ${targetWords(args)}`,
  async run(args, context) {
    const takeBack = reversible.find(({ name }) => name === args.route)?.unpoison;
    if (takeBack === undefined) throw new Error(`${args.route} cannot unpoison: the schema should have rejected it`);
    const notes: string[] = [];
    for (const target of await poisonedTargetsOf(args, context)) {
      const { error, how } = await takeBack(context.guest, target);
      notes.push(`${target.described}: ${how}`);
      if (error !== args.returns) {
        const wanted = args.returns === undefined ? 'the poison is gone' : `it returns ${args.returns}`;
        return { ok: false, wanted, seen: error === undefined ? 'it succeeded' : `returned ${error}`, notes };
      }
    }
    return { ok: true, seen: notes.join('; '), notes };
  },
});
