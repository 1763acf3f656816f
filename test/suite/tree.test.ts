// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { withOwnMounts } from '../../harness/suite/tree.ts';

const root = '26 1 254:0 / / rw,noatime shared:1 - ext4 /dev/vda rw\n';
const proc = '21 26 0:20 / /proc rw,noatime shared:5 - proc proc rw\n';

it.each([
  ['root', 0, root + proc, []],
  ['another user', 1000, root + proc, ['--map-root-user']],
  ['root in a chroot whose / is no mount', 0, proc, ['--propagation', 'unchanged']],
])('has mounts of its own as %s', (_who, uid, mounts, options) => {
  expect(withOwnMounts(['sh', 'script'], uid, mounts)).toEqual([
    'unshare',
    '--mount',
    ...options,
    '--',
    'sh',
    'script',
  ]);
});
