// SPDX-License-Identifier: GPL-2.0-only
// freeze: FIFREEZE, as a backup or a snapshot tool does it: userspace holds the filesystem frozen.

import { z } from 'zod';
import { stepKind } from '../step.ts';
import { describeExit } from './run.ts';

export const freeze = stepKind({
  key: 'freeze',
  title: 'Freeze a filesystem from userspace: what is dirty is written, and whoever writes from then on waits',
  example: 'freeze: /mnt',
  acts: true,
  schema: z.string().describe('Where it is mounted'),
  names: (at) => ({ mounts: [at] }),
  label: (at) => at,
  async run(at, context) {
    const reply = await context.guest.request('run', { argv: ['fsfreeze', '--freeze', at] });
    return reply.exit === 0
      ? { ok: true, seen: `${at} frozen` }
      : { ok: false, wanted: `${at} is frozen`, seen: describeExit(reply) };
  },
});
