// SPDX-License-Identifier: GPL-2.0-only
// thaw: FITHAW, the end of a freeze.

import { mountKey } from '../keys.ts';
import { stepKind } from '../step.ts';
import { describeExit } from './run.ts';

export const thaw = stepKind({
  key: 'thaw',
  title: 'Thaw a filesystem that was frozen from userspace',
  example: 'thaw: /mnt',
  acts: true,
  schema: mountKey,
  names: (mount) => ({ mounts: [mount] }),
  label: (mount) => mount,
  async run(mount, context) {
    const reply = await context.guest.request('run', { argv: ['fsfreeze', '--unfreeze', mount] });
    return reply.exit === 0
      ? { ok: true, seen: `${mount} thawed` }
      : { ok: false, wanted: `${mount} is thawed`, seen: describeExit(reply) };
  },
});
