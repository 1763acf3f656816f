// SPDX-License-Identifier: GPL-2.0-only
// Which files make the modules of one kernel those of another, and when that is not enough. test/real/series.test.ts has a guest.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { replacedFiles, sameModules, writeFiles } from '../../../harness/guest/image/replaced-modules.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { boundGuest } from '../fake-guest.ts';
import { newc } from './newc.ts';

const before = { 'modules.dep': 'x', 'fs/xfs.ko': 'old', 'block/virtio-blk.ko': 'v' };
const names = (after: Record<string, string>, loaded: string[] = []): string[] | undefined =>
  replacedFiles(newc(before), newc(after), new Set(loaded))?.map(
    ({ name, content }) => `${name}: ${content.toString()}`,
  );

it('are those that are new or have other content', () => {
  expect(names(before)).toEqual([]);
  expect(names({ ...before, 'fs/xfs.ko': 'new', 'fs/ext4.ko': 'more' })).toEqual([
    'usr/fs/xfs.ko: new',
    'usr/fs/ext4.ko: more',
  ]);
});

it('are not enough when a module is loaded already, or a file must go', () => {
  const after = { ...before, 'block/virtio-blk.ko': 'w' };
  expect(names(after, ['xfs'])).toEqual(['usr/block/virtio-blk.ko: w']);
  expect(names(after, ['virtio_blk'])).toBeUndefined();
  expect(names({ 'modules.dep': 'x' })).toBeUndefined();
});

it('leave those modules as they are that need none of them', () => {
  const folder = temporaryFolder();
  writeFileSync(
    path.join(folder, 'modules.dep'),
    'fs/xfs.ko: lib/crc.ko\nmd/dm-mod.ko: dax.ko\ndax.ko:\nlib/crc.ko:\n',
  );
  const same = (file: string): string[] =>
    sameModules(['xfs', 'dm_mod', 'dax'], [{ name: file, content: Buffer.from('new') }], [{ modules: folder }]);
  expect(same('usr/lib/modules/7.2/fs/xfs.ko')).toEqual(['dm_mod', 'dax']);
  expect(same('usr/lib/modules/7.2/dax.ko')).toEqual(['xfs']);
  expect(same('usr/lib/modules/7.2/lib/crc.ko')).toEqual(['dm_mod', 'dax']);
  expect(same('usr/lib/modules/7.2/modules.dep')).toEqual(['xfs', 'dm_mod', 'dax']);
});

it('are written as one archive', async () => {
  const { guest, fake } = boundGuest({ run: { exit: 0, stdout: '', stderr: '', durationMs: 1 } });
  await writeFiles(guest, [{ name: 'usr/a', content: Buffer.from('one') }], { withinMs: 1000 });
  expect(fake.asked).toMatchObject([
    { op: 'run', args: { argv: ['sh', '-c', expect.stringContaining('tar --extract')] } },
  ]);
});
