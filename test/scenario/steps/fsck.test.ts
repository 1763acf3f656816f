// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { ran, stepTest } from './take-step.ts';

it('unmounts the filesystem, and runs its own checker without writing', async () => {
  const { take, asked, context } = stepTest();
  expect(await take('fsck: pmem0')).toEqual({ ok: true, seen: 'xfs_repair -n -o force_geometry /dev/pmem0: clean' });
  expect(asked()).toEqual([
    ['run', { argv: ['umount', '/mnt'] }],
    ['run', { argv: ['xfs_repair', '-n', '-o', 'force_geometry', '/dev/pmem0'] }],
  ]);
  expect([...context.mounted]).toEqual(['/ext4']);
  expect((await take('fsck: pmem1')).seen).toBe('e2fsck -fn /dev/pmem1: clean');
});

it('does not unmount it again', async () => {
  const { take, asked } = stepTest();
  await take('unmount: /mnt');
  await take('fsck: pmem0');
  expect(asked()).toEqual([['run', { argv: ['xfs_repair', '-n', '-o', 'force_geometry', '/dev/pmem0'] }]]);
});

it('is not met by a filesystem that cannot be unmounted, which is then not checked', async () => {
  const { take, asked } = stepTest({ run: ran(32, '', 'umount: /mnt: target is busy.\n') });
  expect(await take('fsck: pmem0')).toEqual({
    ok: false,
    wanted: 'umount /mnt succeeds',
    seen: 'exit 32: umount: /mnt: target is busy.',
  });
  expect(asked()).toHaveLength(1);
});

it('is not met by errors that the checker finds', async () => {
  const { take } = stepTest({ run: ({ argv }) => (argv[0] === 'umount' ? ran(0) : ran(1, 'bad agf\n')) });
  expect(await take('fsck: pmem0')).toEqual({
    ok: false,
    wanted: 'xfs_repair -n -o force_geometry /dev/pmem0 finds no errors',
    seen: 'exit 1: bad agf',
  });
});
