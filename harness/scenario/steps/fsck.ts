// SPDX-License-Identifier: GPL-2.0-only
// fsck: the filesystem's own checker, reading only. A mounted filesystem is unmounted first.

import { z } from 'zod';
import { stepKind } from '../step.ts';
import { describeExit } from './run.ts';

export const fsck = stepKind({
  key: 'fsck',
  title: 'That the checker finds nothing to complain of; unmounts the filesystem first',
  example: 'fsck: pmem0',
  acts: false,
  schema: z.string().describe('The device that the filesystem lies on'),
  withinMs: 20_000,
  names: (device) => ({ devices: [device] }),
  label: (device) => device,
  async run(device, context) {
    const mount = [...context.stack.mounts.values()].find((one) => one.device === device);
    if (mount === undefined)
      return { ok: false, wanted: `a filesystem on ${device}`, seen: 'there is none in the stack' };
    if (context.mounted.has(mount.at)) {
      const reply = await context.guest.request('run', { argv: ['umount', mount.at] });
      if (reply.exit !== 0) return { ok: false, wanted: `umount ${mount.at} succeeds`, seen: describeExit(reply) };
      context.mounted.delete(mount.at);
    }
    const path = context.stack.devices.get(device)?.path ?? '';
    const other = (flag: string, name: string | undefined): string[] =>
      name === undefined ? [] : [flag, context.stack.devices.get(name)?.path ?? ''];
    const argv =
      mount.type === 'xfs'
        ? ['xfs_repair', '-n', ...other('-l', mount.log), ...other('-r', mount.realtime), path]
        : ['e2fsck', '-fn', path];
    const reply = await context.guest.request('run', { argv });
    return reply.exit === 0
      ? { ok: true, seen: `${argv.join(' ')}: clean` }
      : { ok: false, wanted: `${argv.join(' ')} finds nothing`, seen: describeExit(reply) };
  },
});
