// SPDX-License-Identifier: GPL-2.0-only
// unmount: umount(8) of a filesystem of the stack.

import { mountKey } from '../keys.ts';
import { stepKind } from '../step.ts';
import { describeExit } from './run.ts';

export const unmount = stepKind({
  key: 'unmount',
  title: 'Unmount a filesystem',
  example: 'unmount: /mnt',
  acts: true,
  schema: mountKey,
  names: (path) => ({ mounts: [path] }),
  label: (path) => path,
  async run(path, context) {
    const reply = await context.guest.request('run', { argv: ['umount', path] });
    if (reply.exit !== 0) return { ok: false, wanted: `umount ${path} succeeds`, seen: describeExit(reply) };
    context.mounted.delete(path);
    return { ok: true, seen: `${path} unmounted` };
  },
});
