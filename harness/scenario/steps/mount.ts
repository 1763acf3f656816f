// SPDX-License-Identifier: GPL-2.0-only
// mount: mounts a filesystem of the stack again, with the options that the stack gave it.

import { z } from 'zod';
import { stepKind } from '../step.ts';

export const mount = stepKind({
  key: 'mount',
  title: 'Mount a filesystem of the stack again',
  example: 'mount: /mnt',
  acts: true,
  schema: z.string().describe('Where it is mounted'),
  names: (at) => ({ mounts: [at] }),
  label: (at) => at,
  async run(at, context) {
    for (const request of context.stack.mounts.get(at)?.mount ?? []) {
      const trouble = await context.attempt(request);
      if (trouble !== undefined) return { ok: false, wanted: `${at} is mounted`, seen: trouble };
    }
    context.mounted.add(at);
    return { ok: true, seen: `${at} mounted` };
  },
});
