// SPDX-License-Identifier: GPL-2.0-only
// Package files made by the real dpkg-deb.
import { createHash } from 'node:crypto';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { debFault, unpackDeb } from '../../../harness/host/debian/deb.ts';
import { makeDeb } from '../archive.ts';
import { temporaryFolder } from '../temporary.ts';

function bytesHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const tool = { name: 'tool', version: '1.2-1', files: { 'usr/bin/tool': 'tool', 'usr/share/doc/tool/a b': 'text' } };

test('a file is compared with what the index says of it', async () => {
  const file = await makeDeb(temporaryFolder(), tool);
  const whole = readFileSync(file);
  const promised = { size: whole.length, sha256: bytesHash(whole) };
  expect(await debFault(file, promised)).toBeUndefined();
  truncateSync(file, 100);
  expect(await debFault(file, promised)).toBe(`has 100 bytes instead of ${whole.length}`);
  const damaged = Buffer.from(whole);
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
  writeFileSync(file, damaged);
  expect(await debFault(file, promised)).toBe(`has SHA-256 ${bytesHash(damaged)} instead of ${promised.sha256}`);
  expect(await debFault(`${file}.not`, promised)).toBe('is missing');
});

test('files are unpacked, without the control data', async () => {
  const folder = temporaryFolder();
  const file = await makeDeb(folder, tool);
  await unpackDeb(file, path.join(folder, 'not/yet'));
  expect(readFileSync(path.join(folder, 'not/yet/usr/share/doc/tool/a b'), 'utf8')).toBe('text');
  expect(statSync(path.join(folder, 'not/yet')).isDirectory()).toBe(true);
  expect(statSync(path.join(folder, 'not/yet/DEBIAN'), { throwIfNoEntry: false })).toBeUndefined();
});

test('a file that is no package is an error with what dpkg-deb said', async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'x.deb');
  writeFileSync(file, 'not an archive\n'.repeat(100));
  await expect(unpackDeb(file, path.join(folder, 'out'))).rejects.toMatchObject({
    hint: expect.stringContaining('not a Debian format archive') as string,
  });
});
