// SPDX-License-Identifier: GPL-2.0-only
// unmount: what umount does, and how it ends.

import { z } from 'zod';
import { stepKind } from '../step.ts';
import { describeExit } from './run.ts';

export const unmount = stepKind({
  key: 'unmount',
  title: 'Unmount a filesystem',
  example: 'unmount: /mnt',
  acts: true,
  schema: z.string().describe('Where it is mounted'),
  names: (at) => ({ mounts: [at] }),
  label: (at) => at,
  async run(at, context) {
    const reply = await context.guest.request('run', { argv: ['umount', at] });
    if (reply.exit !== 0) return { ok: false, wanted: `umount ${at} succeeds`, seen: describeExit(reply) };
    context.mounted.delete(at);
    return { ok: true, seen: `${at} unmounted` };
  },
});
