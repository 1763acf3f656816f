// SPDX-License-Identifier: GPL-2.0-only
// join: waits for a step that runs in the background, and reports what it saw.

import { z } from 'zod';
import { stepKind } from '../step.ts';

export const join = stepKind({
  key: 'join',
  title: 'Wait for a step that runs in the background; it succeeds or fails as that one does',
  example: 'join: removal',
  acts: true,
  schema: z.string().describe('The name of the step: its `background`'),
  label: (name) => name,
  async run(name, context) {
    const work = context.background.get(name);
    if (work === undefined) throw new Error(`nothing runs as ${name}: the loader should have rejected it`);
    context.background.delete(name);
    return work;
  },
});
