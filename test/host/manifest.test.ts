// SPDX-License-Identifier: GPL-2.0-only
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { glance, seal, verify } from '../../harness/host/manifest.ts';
import { temporaryFolder } from './temporary.ts';

const MiB = 2 ** 20;

/** A folder like that of a checkpoint: small files, a sparse one, one below a folder, a link. */
async function sealed(): Promise<string> {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'meta.json'), '{}');
  writeFileSync(path.join(folder, 'empty'), '');
  const ram = openSync(path.join(folder, 'ram'), 'w');
  for (const at of [0, 3 * MiB, 40 * MiB]) writeSync(ram, Buffer.alloc(MiB, at / MiB + 1), 0, MiB, at);
  truncateSync(path.join(folder, 'ram'), 64 * MiB);
  mkdirSync(path.join(folder, 'below'));
  writeFileSync(path.join(folder, 'below/data'), Buffer.alloc(100_000, 7));
  symlinkSync('below/data', path.join(folder, 'link'));
  await seal(folder);
  return folder;
}

/** Overwrites bytes and gives the file back its size and time of modification. */
function overwrite(file: string, at: number): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.from([0xde, 0xad]), 0, 2, at);
}

it('finds a sealed folder whole', async () => {
  const folder = await sealed();
  expect(glance(folder)).toBe('whole');
  expect(await verify(folder)).toBeUndefined();
  expect(glance(folder)).toBe('whole');
});

it('takes a hole that has got blocks of zeros for the same', async () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'nvdimm0'), '');
  truncateSync(path.join(folder, 'nvdimm0'), MiB);
  await seal(folder);
  writeFileSync(path.join(folder, 'nvdimm0'), Buffer.alloc(MiB), { flag: 'r+' });
  expect(await verify(folder)).toBeUndefined();
  expect(glance(folder)).toBe('whole');
});

it.each<[string, (folder: string) => void, RegExp]>([
  ['a file is gone', (folder) => rmSync(path.join(folder, 'meta.json')), /meta.json is missing/],
  [
    'a file is empty',
    (folder) => writeFileSync(path.join(folder, 'meta.json'), ''),
    /meta.json has 0 bytes instead of 2/,
  ],
  ['a file is cut in half', (folder) => truncateSync(path.join(folder, 'below/data'), 50_000), /below\/data has 50000/],
  ['a file has grown', (folder) => truncateSync(path.join(folder, 'ram'), 65 * MiB), /ram has/],
  ['two bytes were changed', (folder) => overwrite(path.join(folder, 'below/data'), 50_000), /below\/data is damaged/],
  [
    'two bytes of a big file were changed',
    (folder) => overwrite(path.join(folder, 'ram'), 3 * MiB + 5),
    /ram is damaged/,
  ],
  ['a hole was filled', (folder) => overwrite(path.join(folder, 'ram'), 20 * MiB), /ram is damaged/],
  ['data became a hole', (folder) => punch(path.join(folder, 'ram')), /ram is damaged/],
  ['a link points elsewhere', (folder) => relink(path.join(folder, 'link')), /link points elsewhere/],
  [
    'the manifest is gone',
    (folder) => rmSync(path.join(folder, 'manifest.json')),
    /manifest.json is missing or damaged/,
  ],
  [
    'the manifest is cut in half',
    (folder) => truncateSync(path.join(folder, 'manifest.json'), 100),
    /manifest.json is/,
  ],
  ['the manifest is of another format', (folder) => reformat(folder), /manifest.json is missing or damaged/],
  ['the folder is gone', (folder) => rmSync(folder, { recursive: true }), /manifest.json is missing or damaged/],
])('notices that %s', async (_what, damage, words) => {
  const folder = await sealed();
  damage(folder);
  expect(glance(folder)).toBe('doubtful');
  expect(await verify(folder)).toMatch(words);
  expect(glance(folder)).toBe('doubtful');
});

function punch(file: string): void {
  truncateSync(file, 40 * MiB);
  truncateSync(file, 64 * MiB);
}

function relink(file: string): void {
  rmSync(file);
  symlinkSync('/dev/null', file);
}

function reformat(folder: string): void {
  const file = path.join(folder, 'manifest.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"format":2', '"format":1'));
}

it('doubts a file that was replaced by one of the same size and time, until it has read it', async () => {
  const folder = await sealed();
  const [file, other] = [path.join(folder, 'below/data'), path.join(folder, 'below/other')];
  writeFileSync(other, Buffer.alloc(100_000, 7));
  renameSync(other, file);
  expect(glance(folder)).toBe('doubtful');
  expect(await verify(folder)).toBeUndefined();
  expect(glance(folder)).toBe('whole');
});

it('does not doubt a folder that was used or got further files', async () => {
  const folder = await sealed();
  utimesSync(folder, 1000, 1000);
  writeFileSync(path.join(folder, 'more'), '');
  readFileSync(path.join(folder, 'ram'));
  expect(glance(folder)).toBe('whole');
});

it('reads a file again that got another name or mode, and then trusts it', async () => {
  const folder = await sealed();
  linkSync(path.join(folder, 'ram'), path.join(folder, 'ram2'));
  chmodSync(path.join(folder, 'meta.json'), 0o600);
  expect(glance(folder)).toBe('doubtful');
  expect(await verify(folder)).toBeUndefined();
  expect(glance(folder)).toBe('whole');
  expect(existsSync(path.join(folder, 'manifest.json'))).toBe(true);
});
