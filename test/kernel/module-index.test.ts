// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import {
  closureIn,
  moduleName,
  moduleState,
  parseModuleIndex,
  readModuleIndex,
  stateIn,
} from '../../harness/kernel/module-index.ts';

// As depmod writes it: what is needed first stands last.
const dep = `kernel/fs/xfs/xfs.ko.xz: kernel/lib/libcrc32c.ko.xz kernel/crypto/crc32c_generic.ko.xz
kernel/lib/libcrc32c.ko.xz: kernel/crypto/crc32c_generic.ko.xz
kernel/crypto/crc32c_generic.ko.xz:
kernel/drivers/md/dm-log-writes.ko: kernel/drivers/md/dm-mod.ko
kernel/drivers/md/dm-mod.ko:
`;
const index = parseModuleIndex(dep, 'kernel/drivers/virtio/virtio_pci.ko\nkernel/drivers/dax/dax.ko\n');

test('dash and underscore are equal, endings do not count', () => {
  expect(moduleName('kernel/drivers/md/dm-log-writes.ko.zst')).toBe('dm_log_writes');
  expect(stateIn(index, 'dm-log-writes')).toBe('module');
  expect(stateIn(index, 'dm_log_writes')).toBe('module');
});

test('module, builtin, absent', () => {
  expect(['xfs', 'virtio-pci', 'dm_dust'].map((name) => stateIn(index, name))).toEqual(['module', 'builtin', 'absent']);
});

test('the closure comes in load order, each path once; what is no module is passed over', () => {
  expect(closureIn(index, ['xfs', 'dax', 'dm_log_writes', 'dm_dust', 'libcrc32c'])).toEqual([
    'kernel/crypto/crc32c_generic.ko.xz',
    'kernel/lib/libcrc32c.ko.xz',
    'kernel/fs/xfs/xfs.ko.xz',
    'kernel/drivers/md/dm-mod.ko',
    'kernel/drivers/md/dm-log-writes.ko',
  ]);
});

test('a kernel without a modules folder counts as having everything built in', () => {
  expect(moduleState({ modules: undefined }, 'xfs')).toBe('builtin');
  expect(closureIn(readModuleIndex({ modules: undefined }), ['xfs'])).toEqual([]);
});
