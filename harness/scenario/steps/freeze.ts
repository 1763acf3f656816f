// SPDX-License-Identifier: GPL-2.0-only
// freeze: FIFREEZE, as a backup or snapshot tool calls it: userspace holds the filesystem frozen.

import { mountKey } from '../keys.ts';
import { stepKind } from '../step.ts';
import { describeExit } from './run.ts';

export const freeze = stepKind({
  key: 'freeze',
  title: 'Freeze a filesystem from userspace: dirty data is written back, and new writes wait',
  example: 'freeze: /mnt',
  acts: true,
  schema: mountKey,
  names: (mount) => ({ mounts: [mount] }),
  label: (mount) => mount,
  async run(mount, context) {
    const reply = await context.guest.request('run', { argv: ['fsfreeze', '--freeze', mount] });
    return reply.exit === 0
      ? { ok: true, seen: `${mount} frozen` }
      : { ok: false, wanted: `${mount} is frozen`, seen: describeExit(reply) };
  },
});
