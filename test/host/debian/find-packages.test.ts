// SPDX-License-Identifier: GPL-2.0-only
// The real apt on small archives in a folder: no network.
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findPackages, type FindPackagesOptions } from '../../../harness/host/debian/find-packages.ts';
import type { DebianPackage } from '../../../harness/host/debian/package-index.ts';
import { lockedSet, type PackageLock } from '../../../harness/host/debian/package-lock.ts';
import { redirectNotices } from '../../../harness/host/notices.ts';
import { makeArchive } from '../archive.ts';
import { temporaryFolder } from '../temporary.ts';

const made = '20261130T091000Z';
const old = [
  { name: 'tool', version: '1', depends: 'libtool1', files: { 'usr/bin/tool': 'old' } },
  { name: 'libtool1', version: '1', files: {} },
];
const updated = [
  { name: 'tool', version: '2', depends: 'libtool1', files: { 'usr/bin/tool': 'new' } },
  ...old.slice(1),
];

let folder: string;
let notices: string[];
let back: () => void;
let rounds = 0;

beforeEach(() => {
  folder = temporaryFolder();
  notices = [];
  back = redirectNotices((level, text) => void notices.push(`${level}: ${text}`));
  vi.stubEnv('HAZMAT_CACHE', path.join(folder, 'cache'));
  vi.stubEnv('HAZMAT_SNAPSHOT', '');
  vi.stubEnv('HAZMAT_OFFLINE', '');
});

afterEach(() => {
  back();
  vi.unstubAllEnvs();
});

/** A name of its own for each test: a warning is given once in a process. */
function ask(): { set: string; suites: string[]; names: string[]; what: string; file: string } {
  rounds++;
  return {
    ...{ set: 'guest', suites: ['one'], names: ['tool'], what: `the tools of test ${rounds}` },
    file: path.join(folder, 'cache/answers.json'),
  };
}

function options(more: Partial<FindPackagesOptions> = {}): FindPackagesOptions {
  return {
    mirror: { main: `copy:${folder}/archive`, security: `copy:${folder}/security` },
    sourceOptions: 'trusted=yes',
    isKept: () => false,
    ...more,
  };
}

/** The lock that is made from the archive as it is. */
async function lockNow(question: ReturnType<typeof ask>): Promise<PackageLock> {
  const empty = { made, sets: {} };
  const { packages } = await findPackages(question, options({ lock: empty, quiet: true, again: true }));
  return { made, sets: { guest: lockedSet(question, packages) } };
}

function versions(packages: readonly DebianPackage[]): string[] {
  return packages.map(({ name, version }) => `${name} ${version}`);
}

it('takes the packages of the lock, though the archive has newer ones too', async () => {
  const question = ask();
  await makeArchive(path.join(folder, 'archive'), 'one', old);
  const lock = await lockNow(question);
  await makeArchive(path.join(folder, 'archive'), 'one', [...updated, ...old.slice(0, 1)]);
  const found = await findPackages(question, options({ lock, again: true }));
  expect(versions(found.packages)).toEqual(['libtool1 1', 'tool 1']);
  expect(found.origin).toBe(`debian-lock.json of ${made}`);
  expect((await found.apt.download(found.packages, ['one'], 'batch')).map((file) => path.basename(file))).toEqual([
    'libtool1_1_amd64.deb',
    'tool_1_amd64.deb',
  ]);
  expect(notices).toEqual([]);
});

it('takes the newest where the archive dropped one, with one warning that names it', async () => {
  const question = ask();
  await makeArchive(path.join(folder, 'archive'), 'one', old);
  const lock = await lockNow(question);
  await makeArchive(path.join(folder, 'archive'), 'one', updated);
  const found = await findPackages(question, options({ lock, again: true }));
  expect(versions(found.packages)).toEqual(['libtool1 1', 'tool 2']);
  expect(found.origin).toMatch(/^the newest \([0-9a-f]{20}\), not those of debian-lock\.json$/);
  const again = await findPackages(question, options({ lock }));
  expect(again.origin).toBe(found.origin);
  expect(notices).toEqual([
    `warning: ${question.what} are made of the newest packages, not of those of debian-lock.json: ` +
      'the mirror has no tool 1; HAZMAT_SNAPSHOT can name an archive',
  ]);
});

it('takes a package of the same version with another content for another one', async () => {
  const question = ask();
  await makeArchive(path.join(folder, 'archive'), 'one', old);
  const lock = await lockNow(question);
  await makeArchive(path.join(folder, 'archive'), 'one', [
    { ...old[0], name: 'tool', version: '1', files: { 'usr/bin/tool': 'rebuilt' } },
    ...old.slice(1),
  ]);
  const found = await findPackages(question, options({ lock, again: true, quiet: true }));
  expect(found.origin).toMatch(/^the newest/);
});

it('takes what the archive dropped from a snapshot archive', async () => {
  const question = ask();
  await makeArchive(path.join(folder, 'archive'), 'one', old);
  await makeArchive(path.join(folder, 'snapshots/debian', made), 'one', old);
  const lock = await lockNow(question);
  await makeArchive(path.join(folder, 'archive'), 'one', updated);
  vi.stubEnv('HAZMAT_SNAPSHOT', `copy:${folder}/snapshots/`);
  const found = await findPackages(question, options({ lock, again: true }));
  expect(found.origin).toBe(`debian-lock.json of ${made}`);
  const files = await found.apt.download(found.packages, ['one'], 'batch');
  expect(files.map((file) => path.basename(file))).toEqual(['libtool1_1_amd64.deb', 'tool_1_amd64.deb']);
  expect(notices).toEqual([]);
});

it('takes the newest where the snapshot archive has not got them either', async () => {
  const question = ask();
  await makeArchive(path.join(folder, 'archive'), 'one', old);
  const lock = await lockNow(question);
  await makeArchive(path.join(folder, 'archive'), 'one', updated);
  vi.stubEnv('HAZMAT_SNAPSHOT', `copy:${folder}/nothing`);
  const found = await findPackages(question, options({ lock, again: true }));
  expect(versions(found.packages)).toEqual(['libtool1 1', 'tool 2']);
  expect(notices.map((text) => text.replace(/^.*: /, ''))).toEqual([
    'neither the mirror nor HAZMAT_SNAPSHOT has libtool1 1 and 1 more',
  ]);
});

it('asks no archive while what is made of the locked packages is kept', async () => {
  const question = ask();
  await makeArchive(path.join(folder, 'archive'), 'one', old);
  const lock = await lockNow(question);
  await makeArchive(path.join(folder, 'archive'), 'one', updated);
  const progress = vi.fn();
  const found = await findPackages(question, options({ lock, again: true, isKept: () => true, progress }));
  expect(versions(found.packages)).toEqual(['libtool1 1', 'tool 1']);
  expect(progress).not.toHaveBeenCalled();
});

it('says that the lock was made for another list', async () => {
  const question = ask();
  await makeArchive(path.join(folder, 'archive'), 'one', old);
  const lock = await lockNow(question);
  const found = await findPackages({ ...question, names: ['libtool1'] }, options({ lock, again: true }));
  expect(versions(found.packages)).toEqual(['libtool1 1']);
  expect(notices[0]).toMatch(/: debian-lock\.json was made for another list$/);
});

it('without the network takes what was found before, unless the locked ones are kept', async () => {
  const question = ask();
  await makeArchive(path.join(folder, 'archive'), 'one', updated);
  const newest = await lockNow(question);
  const lock: PackageLock = {
    made,
    sets: { guest: lockedSet(question, [{ ...newestOf(newest), version: '0', depends: '', suite: 'one' }]) },
  };
  vi.stubEnv('HAZMAT_OFFLINE', '1');
  expect(versions((await findPackages(question, options({ lock }))).packages)).toEqual(['libtool1 1', 'tool 2']);
  expect(notices).toHaveLength(1);
  expect(notices[0]).toMatch(/HAZMAT_OFFLINE is set$/);
  expect(versions((await findPackages(question, options({ lock, isKept: () => true }))).packages)).toEqual(['tool 0']);
});

function newestOf(lock: PackageLock): PackageLock['sets'][string]['packages'][number] {
  const tool = lock.sets.guest?.packages.find(({ name }) => name === 'tool');
  if (tool === undefined) throw new Error('no tool');
  return tool;
}
