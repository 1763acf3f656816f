// SPDX-License-Identifier: GPL-2.0-only
// The real apt on a small archive in a folder: no network.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Apt } from '../../../harness/host/debian/apt.ts';
import { unpackDeb } from '../../../harness/host/debian/deb.ts';
import { debFileName } from '../../../harness/host/debian/package-index.ts';
import { makeArchive } from '../archive.ts';

let folder: string;
let warnings: string[];
let apt: Apt;
let debs: string[];

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-apt-'));
  warnings = [];
  debs = await makeArchive(path.join(folder, 'archive'), 'one', [
    { name: 'tool', version: '1.2-1', depends: 'libtool1 (>= 1)', files: { 'usr/bin/tool': 'tool' } },
    { name: 'libtool1', version: '1:1.0', files: { 'usr/lib/libtool.so.1': 'x'.repeat(5000) } },
    { name: 'unrelated', version: '9', files: {} },
  ]);
  apt = openApt();
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function openApt(): Apt {
  const mirror = { main: `copy:${folder}/archive`, security: `copy:${folder}/security` };
  return new Apt({
    root: path.join(folder, 'root'),
    mirror,
    sourceOptions: 'trusted=yes',
    warn: (text) => warnings.push(text),
  });
}

test('packages are found, their closure resolved, downloaded, unpacked and forgotten', async () => {
  const [state] = await apt.refresh(['one']);
  expect(state?.fault).toBeUndefined();
  expect((await apt.packages('one', /tool/)).map(({ name, version }) => `${name} ${version}`)).toEqual([
    'tool 1.2-1',
    'libtool1 1:1.0',
  ]);
  const closure = await apt.closure(['one'], ['tool']);
  expect(closure.map(({ name, version }) => `${name} ${version}`).sort()).toEqual(['libtool1 1:1.0', 'tool 1.2-1']);
  const files = await apt.download(closure, ['one'], 'batch');
  for (const file of files) await unpackDeb(file, path.join(folder, 'out'));
  expect(readFileSync(path.join(folder, 'out/usr/bin/tool'), 'utf8')).toBe('tool');
  expect(files.map((file) => path.basename(file))).toEqual(closure.map(debFileName));
  apt.forget('batch');
  expect(existsSync(files[0] ?? '')).toBe(false);
  expect(warnings).toEqual([]);
});

test('a truncated file in the download folder is recognized and fetched again', async () => {
  await apt.refresh(['one']);
  const closure = await apt.closure(['one'], ['tool']);
  const files = await apt.download(closure, ['one'], 'batch');
  const file = files.find((name) => name.includes('libtool1')) ?? '';
  const { size } = statSync(file);
  truncateSync(file, 100);
  await apt.download(closure, ['one'], 'batch');
  expect(statSync(file).size).toBe(size);
  expect(warnings).toEqual([`libtool1_1%3a1.0_amd64.deb has 100 bytes instead of ${size}: fetching it again`]);
});

test('an archive that serves a corrupt package is refused by name, with what was wrong, and leaves no file', async () => {
  await apt.refresh(['one']);
  const [tool] = await apt.packages('one', /^tool$/);
  if (tool === undefined) throw new Error('no tool');
  const content = readFileSync(debs[0] ?? '');
  content[content.length - 1] = (content[content.length - 1] ?? 0) ^ 0xff;
  writeFileSync(debs[0] ?? '', content);
  await expect(apt.download([tool], ['one'], 'batch')).rejects.toThrow(
    /^the package file tool_1\.2-1_amd64\.deb has SHA-256 [0-9a-f]{64} instead of [0-9a-f]{64} after two tries$/,
  );
  expect(readdirSync(path.join(folder, 'root/debs/batch'))).toEqual([]);
});

test('a suite that the archive does not carry is warned about once and breaks nothing else', async () => {
  const states = await apt.refresh(['gone', 'one']);
  expect(states.map(({ suite, fault }) => [suite, fault === undefined])).toEqual([
    ['gone', false],
    ['one', true],
  ]);
  expect(await apt.packages('gone', /./)).toEqual([]);
  expect(await apt.packages('one', /^tool$/)).toHaveLength(1);
  await openApt().refresh(['gone', 'one']);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^the suite gone could not be refreshed, its packages are not available: /);
});

test('a fresh index is not fetched again unless forced; an old one is kept when the archive is away', async () => {
  await apt.refresh(['one']);
  rmSync(path.join(folder, 'archive'), { recursive: true });
  expect((await openApt().refresh(['one']))[0]?.fault).toBeUndefined();
  const [state] = await openApt().refresh(['one'], true);
  expect(state?.fault).toMatch(/one/);
  expect(state?.fetched).toBeTypeOf('number');
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/its index of .* is used/);
  expect(await apt.packages('one', /^tool$/)).toHaveLength(1);
});

test('HAZMAT_OFFLINE forbids refreshing and downloading', async () => {
  await apt.refresh(['one']);
  vi.stubEnv('HAZMAT_OFFLINE', '1');
  const closure = await apt.closure(['one'], ['unrelated']);
  await expect(apt.download(closure, ['one'], 'batch')).rejects.toThrow(
    'unrelated must be fetched, but HAZMAT_OFFLINE is set',
  );
  vi.stubEnv('HAZMAT_APT_MAX_AGE', '0');
  expect((await apt.refresh(['one'], true))[0]?.fault).toMatch(/HAZMAT_OFFLINE/);
});

test('a name that no suite has is an error of apt that names it', async () => {
  await apt.refresh(['one']);
  await expect(apt.closure(['one'], ['nonesuch'])).rejects.toMatchObject({
    hint: expect.stringContaining('nonesuch') as string,
  });
});

test("the system's apt state is not touched", async () => {
  const state = () =>
    ['/var/lib/apt/lists', '/var/cache/apt', '/var/lib/apt'].map((name) => existsSync(name) && statSync(name).mtimeMs);
  const before = state();
  await apt.refresh(['one']);
  await apt.closure(['one'], ['tool']);
  expect(state()).toEqual(before);
});
