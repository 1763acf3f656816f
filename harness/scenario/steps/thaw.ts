// SPDX-License-Identifier: GPL-2.0-only
// thaw: FITHAW, the end of a freeze.

import { z } from 'zod';
import { stepKind } from '../step.ts';
import { describeExit } from './run.ts';

export const thaw = stepKind({
  key: 'thaw',
  title: 'Thaw a filesystem that was frozen from userspace',
  example: 'thaw: /mnt',
  acts: true,
  schema: z.string().describe('Where it is mounted'),
  names: (at) => ({ mounts: [at] }),
  label: (at) => at,
  async run(at, context) {
    const reply = await context.guest.request('run', { argv: ['fsfreeze', '--unfreeze', at] });
    return reply.exit === 0
      ? { ok: true, seen: `${at} thawed` }
      : { ok: false, wanted: `${at} is thawed`, seen: describeExit(reply) };
  },
});
