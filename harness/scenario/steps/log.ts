// SPDX-License-Identifier: GPL-2.0-only
// log: lines that the kernel log of the scenario (not of the boot before it) must have or must not have.

import { z } from 'zod';
import { matcher, patternSchema } from '../pattern.ts';
import { stepKind } from '../step.ts';

const schema = z
  .strictObject({
    expect: patternSchema.optional().describe('Regular expression (RE2) that at least one line must match'),
    absent: patternSchema.optional().describe('Regular expression (RE2) that no line may match'),
  })
  .refine(({ expect, absent }) => expect !== undefined || absent !== undefined, {
    error: 'needs `expect`, `absent` or both',
  });

export const log = stepKind({
  key: 'log',
  title: 'Lines of the kernel log',
  example: 'log: {expect: "Device is about to be removed"}',
  acts: false,
  schema,
  label: ({ expect, absent }) =>
    [...(expect === undefined ? [] : [`/${expect}/`]), ...(absent === undefined ? [] : [`no /${absent}/`])].join(', '),
  async run({ expect, absent }, context) {
    await context.guest.request('ping', {}); // everything logged before has arrived when it answers
    const lines = context.wholeLog().flatMap(({ text }) => text.split('\n'));
    const found = expect === undefined ? '' : lines.find(matcher(expect));
    if (found === undefined)
      return { ok: false, wanted: `a line that matches /${expect ?? ''}/`, seen: `none of ${lines.length} lines` };
    const unwanted = absent === undefined ? undefined : lines.find(matcher(absent));
    if (unwanted !== undefined) return { ok: false, wanted: `no line that matches /${absent ?? ''}/`, seen: unwanted };
    return { ok: true, seen: found === '' ? `no such line among ${lines.length}` : found };
  },
});
