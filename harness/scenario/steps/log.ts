// SPDX-License-Identifier: GPL-2.0-only
// log: what the kernel log of the scenario (not of the boot before it) says or does not say.

import { z } from 'zod';
import { matcher, patternSchema } from '../pattern.ts';
import { stepKind } from '../step.ts';

const schema = z
  .strictObject({
    has: patternSchema.optional().describe('A regular expression (RE2) that some line matches'),
    lacks: patternSchema.optional().describe('A regular expression (RE2) that no line matches'),
  })
  .refine(({ has, lacks }) => has !== undefined || lacks !== undefined, { error: 'say `has`, `lacks` or both' });

export const log = stepKind({
  key: 'log',
  title: 'What the kernel log says',
  example: 'log: {has: "Device is about to be removed"}',
  acts: false,
  schema,
  label: ({ has, lacks }) =>
    [has === undefined ? '' : `has /${has}/`, lacks === undefined ? '' : `lacks /${lacks}/`].join(' ').trim(),
  async run({ has, lacks }, context) {
    await context.guest.request('ping', {}); // everything that was logged before is here when it answers
    const lines = context.wholeLog().flatMap(({ text }) => text.split('\n'));
    const found = has === undefined ? '' : lines.find(matcher(has));
    if (found === undefined)
      return { ok: false, wanted: `a line that matches /${has ?? ''}/`, seen: `none of ${lines.length} lines does` };
    const unwanted = lacks === undefined ? undefined : lines.find(matcher(lacks));
    if (unwanted !== undefined) return { ok: false, wanted: `no line that matches /${lacks ?? ''}/`, seen: unwanted };
    return { ok: true, seen: found === '' ? `no such line in ${lines.length}` : found };
  },
});
