// SPDX-License-Identifier: GPL-2.0-only
// fsck: the filesystem's own checker, read-only. A mounted filesystem is unmounted first.

import { deviceKey } from '../keys.ts';
import { stepKind } from '../step.ts';
import { describeExit } from './run.ts';

/** One allocation group has no other to be compared with, which xfs_repair refuses without this. */
const forced = ['-o', 'force_geometry'];

export const fsck = stepKind({
  key: 'fsck',
  title: 'A check of the filesystem on a device, which must find no errors; a mounted filesystem is unmounted first',
  example: 'fsck: pmem0',
  acts: false,
  schema: deviceKey.describe('Device of the filesystem'),
  deadlineMs: 20_000,
  names: (device) => ({ devices: [device] }),
  label: (device) => device,
  async run(device, context) {
    const mount = [...context.stack.mounts.values()].find((one) => one.device === device);
    if (mount === undefined)
      return { ok: false, wanted: `a filesystem on ${device}`, seen: 'the stack has none on this device' };
    if (context.mounted.has(mount.path)) {
      const reply = await context.guest.request('run', { argv: ['umount', mount.path] });
      if (reply.exit !== 0) return { ok: false, wanted: `umount ${mount.path} succeeds`, seen: describeExit(reply) };
      context.mounted.delete(mount.path);
    }
    const pathOf = (name: string): string => context.stack.devices.get(name)?.path ?? '';
    const option = (flag: string, name: string | undefined): string[] =>
      name === undefined ? [] : [flag, pathOf(name)];
    const argv =
      mount.type === 'xfs'
        ? [
            'xfs_repair',
            '-n',
            ...forced,
            ...option('-l', mount.logDevice),
            ...option('-r', mount.realtimeDevice),
            pathOf(device),
          ]
        : ['e2fsck', '-fn', pathOf(device)];
    const reply = await context.guest.request('run', { argv });
    return reply.exit === 0
      ? { ok: true, seen: `${argv.join(' ')}: clean` }
      : { ok: false, wanted: `${argv.join(' ')} finds no errors`, seen: describeExit(reply) };
  },
});
