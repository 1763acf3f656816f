// SPDX-License-Identifier: GPL-2.0-only
// The layers of the initramfs, from small trees: no packages, no guest. The whole is in test/real/kernels.test.ts.
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { joinCpios, packCpio } from '../../../harness/guest/image/cpio.ts';
import { elfNeeds } from '../../../harness/guest/image/elf.ts';
import { copyFollowing, inRoot } from '../../../harness/guest/image/file-tree.ts';
import { absentModules, buildModuleArchive } from '../../../harness/guest/image/module-archive.ts';
import { guestModules } from '../../../harness/kernel/guest-modules.ts';
import { loadUserspaceList, type UserspaceList } from '../../../harness/guest/image/userspace-list.ts';
import { fillUserspace } from '../../../harness/guest/image/userspace-tree.ts';
import { runProgram } from '../../../harness/host/program.ts';
import { parseModuleIndex } from '../../../harness/kernel/module-index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-initramfs-'));
  vi.stubEnv('HAZMAT_CACHE', path.join(folder, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function put(name: string, content: string): void {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** `from/` with the host's `true` as the program `yea`, its loader and its libraries. */
function unpacked(without: string[] = []): string {
  const from = path.join(folder, 'from');
  const truth = realpathSync('/bin/true');
  const needs = elfNeeds(readFileSync(truth));
  mkdirSync(path.join(from, 'usr/lib/x86_64-linux-gnu'), { recursive: true });
  const libraries = ['usr/lib/x86_64-linux-gnu/libc.so.6'];
  for (const file of libraries.filter((name) => !without.includes(path.basename(name)))) {
    copyFileSync(`/${file}`, path.join(from, file));
  }
  const loader = inRoot(needs?.interpreter ?? '');
  mkdirSync(path.dirname(path.join(from, loader)), { recursive: true });
  copyFileSync(needs?.interpreter ?? '', path.join(from, 'usr/lib/x86_64-linux-gnu/ld-real.so'));
  symlinkSync('../lib/x86_64-linux-gnu/ld-real.so', path.join(from, loader));
  mkdirSync(path.join(from, 'usr/bin'), { recursive: true });
  copyFileSync(truth, path.join(from, 'usr/bin/yea'));
  chmodSync(path.join(from, 'usr/bin/yea'), 0o755);
  symlinkSync('/bin/yea', path.join(from, 'usr/bin/aye'));
  return from;
}

function list(packages: UserspaceList['packages']): UserspaceList {
  const links = { bin: 'usr/bin', lib64: 'usr/lib64' };
  return { suites: ['trixie'], packages, links, folders: ['proc'], texts: { motd: 'hello\n' }, without: [] };
}

test('a program, the link that names it, its loader and its libraries come along, and it runs in there', async () => {
  const to = path.join(folder, 'to');
  fillUserspace(list({ coreutils: { programs: ['aye'], files: [] } }), unpacked(), to);
  expect(readlinkSync(path.join(to, 'usr/bin/aye'))).toBe('/bin/yea');
  expect(lstatSync(path.join(to, 'usr/bin/yea')).mode & 0o777).toBe(0o755);
  expect(readFileSync(path.join(to, 'motd'), 'utf8')).toBe('hello\n');
  const lib = path.join(to, 'usr/lib/x86_64-linux-gnu');
  await runProgram([path.join(to, 'lib64/ld-linux-x86-64.so.2'), '--library-path', lib, path.join(to, 'usr/bin/yea')]);
});

test('what is missing is named, with the package that should have it', () => {
  const fill = (packages: UserspaceList['packages'], from: string) => {
    rmSync(path.join(folder, 'to'), { recursive: true, force: true });
    fillUserspace(list(packages), from, path.join(folder, 'to'));
  };
  const from = unpacked(['libc.so.6']);
  expect(() => fill({ coreutils: { programs: ['yea'], files: [] } }, from)).toThrow(
    "the guest's userspace lacks the library libc.so.6, which /usr/bin/yea needs",
  );
  expect(() => fill({ ndctl: { programs: ['ndctl'], files: [] } }, from)).toThrow(
    "the guest's userspace lacks the program ndctl, which the package ndctl should have",
  );
  expect(() => fill({ e2fsprogs: { programs: [], files: ['etc/mke2fs.conf'] } }, from)).toThrow(
    "the guest's userspace lacks /etc/mke2fs.conf, which the package e2fsprogs should have",
  );
  put('from/usr/bin/script', '#!/bin/nosh\n');
  expect(() => fill({ xfsprogs: { programs: ['script'], files: [] } }, from)).toThrow(
    "the guest's userspace lacks /bin/nosh, which the script /usr/bin/script of the package xfsprogs needs",
  );
});

test('a star stands for all files of a folder', () => {
  put('from/usr/share/mkfs/a.conf', 'a');
  put('from/usr/share/mkfs/b.conf', 'b');
  fillUserspace(
    list({ xfsprogs: { programs: [], files: ['usr/share/mkfs/*'] } }),
    path.join(folder, 'from'),
    path.join(folder, 'to'),
  );
  expect(readFileSync(path.join(folder, 'to/usr/share/mkfs/b.conf'), 'utf8')).toBe('b');
});

test('ELF is read, anything else is not', () => {
  const needs = elfNeeds(readFileSync(realpathSync('/bin/true')));
  expect(needs?.interpreter).toBe('/lib64/ld-linux-x86-64.so.2');
  expect(needs?.libraries).toContain('libc.so.6');
  expect(elfNeeds(Buffer.from('#!/bin/sh\n'.padEnd(100)))).toBeUndefined();
});

test('a link that leads out of the tree, or in a circle, is not followed', () => {
  put('from/usr/lib/real', 'x');
  symlinkSync('/lib/real', path.join(folder, 'from/absolute'));
  symlinkSync('../../../../../usr/lib/real', path.join(folder, 'from/usr/lib/up'));
  symlinkSync('circle', path.join(folder, 'from/circle'));
  const copy = (name: string) => copyFollowing(path.join(folder, 'from'), path.join(folder, 'to'), name);
  expect([copy('absolute'), copy('usr/lib/up'), copy('circle')]).toEqual(['usr/lib/real', 'usr/lib/real', undefined]);
});

test('the same files give the same archive, owned by root, sorted, links not followed', async () => {
  for (const tree of ['a', 'b']) {
    put(`${tree}/usr/lib/two`, 'two');
    chmodSync(path.join(folder, tree, 'usr/lib/two'), tree === 'a' ? 0o4755 : 0o711);
    put(`${tree}/usr/lib/one`, 'one');
    symlinkSync('usr/lib', path.join(folder, tree, 'lib'));
    await packCpio(path.join(folder, tree), path.join(folder, `${tree}.cpio`));
  }
  expect(readFileSync(path.join(folder, 'a.cpio')).equals(readFileSync(path.join(folder, 'b.cpio')))).toBe(true);
  const input = readFileSync(path.join(folder, 'a.cpio'));
  const { stdout } = await runProgram(['cpio', '-tv', '--numeric-uid-gid', '--quiet'], { input });
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/\s+/));
  expect(lines.map((words) => words.slice(8).join(' '))).toEqual([
    'lib -> usr/lib',
    'usr',
    'usr/lib',
    'usr/lib/one',
    'usr/lib/two',
  ]);
  expect(new Set(lines.map((words) => `${words[2] ?? ''}:${words[3] ?? ''}`))).toEqual(new Set(['0:0']));
});

test('joined archives each start at a multiple of four bytes', () => {
  put('a', '070701abc');
  put('b', '070701de');
  joinCpios([path.join(folder, 'a'), path.join(folder, 'b')], path.join(folder, 'both'));
  expect(readFileSync(path.join(folder, 'both'), 'latin1')).toBe(`070701abc${'\0'.repeat(3)}070701de`);
  put('c', 'no cpio');
  expect(() => joinCpios([path.join(folder, 'c')], path.join(folder, 'both'))).toThrow('is not a newc cpio archive');
});

test('the modules layer holds the closure, decompressed and indexed, below usr/lib', async () => {
  const modules = path.join(folder, 'lib/modules/1.2.3');
  put('lib/modules/1.2.3/kernel/fs/xfs.ko', readFileSync('/bin/true', 'latin1'));
  for (const name of ['fs/xfs', 'lib/crc', 'net/unwanted']) {
    mkdirSync(path.dirname(path.join(modules, 'kernel', name)), { recursive: true });
    copyFileSync(realpathSync('/bin/true'), path.join(modules, 'kernel', `${name}.ko`));
  }
  await runProgram(['xz', path.join(modules, 'kernel/lib/crc.ko')]);
  put('lib/modules/1.2.3/modules.builtin', 'kernel/drivers/dax/dax.ko\n');
  const index = parseModuleIndex(
    'kernel/fs/xfs.ko: kernel/lib/crc.ko.xz\nkernel/lib/crc.ko.xz:\nkernel/net/unwanted.ko:\n',
    'kernel/drivers/dax/dax.ko\n',
  );
  const kernel = { id: 'k', release: '1.2.3', modules };
  const layer = await buildModuleArchive(kernel, index, ['xfs', 'dax', 'dm_dust']);
  const { stdout } = await runProgram(['cpio', '-t', '--quiet'], { input: readFileSync(layer?.path ?? '') });
  const files = stdout.trimEnd().split('\n');
  expect(files.filter((name) => name.endsWith('.ko'))).toEqual([
    'usr/lib/modules/1.2.3/kernel/fs/xfs.ko',
    'usr/lib/modules/1.2.3/kernel/lib/crc.ko',
  ]);
  expect(files).toContain('usr/lib/modules/1.2.3/modules.dep.bin');
  expect(files).not.toContain('lib');
  expect(absentModules(kernel, index, ['xfs', 'dax', 'dm_dust'])).toEqual(['dm_dust']);
  expect(await buildModuleArchive({ ...kernel, modules: undefined }, index, ['xfs'])).toBeUndefined();
  rmSync(path.join(modules, 'kernel/fs/xfs.ko'));
  await expect(buildModuleArchive({ ...kernel, id: 'other' }, index, ['xfs'])).rejects.toThrow(
    `has no module file ${modules}/kernel/fs/xfs.ko`,
  );
});

test("the project's own list is right, and no module is named twice", () => {
  expect(Object.keys(loadUserspaceList().packages)).toEqual(
    expect.arrayContaining(['ndctl', 'xfsprogs', 'dmsetup', 'strace']),
  );
  expect(new Set(guestModules).size).toBe(guestModules.length);
});
