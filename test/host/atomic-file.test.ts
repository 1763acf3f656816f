// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { removeParts, writeWholeFile } from '../../harness/host/atomic-file.ts';
import { InfraError } from '../../harness/host/errors.ts';
import { anotherProcess, firstLine } from './another-process.ts';
import { temporaryFolder } from './temporary.ts';

it('writes text and bytes, over what was there, and leaves nothing else', () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'data');
  writeWholeFile(file, 'first, and longer');
  writeWholeFile(file, Buffer.from([0, 0xff, 0x0a]));
  expect([...readFileSync(file)]).toEqual([0, 0xff, 0x0a]);
  expect(readdirSync(folder)).toEqual(['data']);
});

it('gives the file its mode, within the umask', () => {
  const file = path.join(temporaryFolder(), 'script');
  writeWholeFile(file, '#!/bin/sh\n', { mode: 0o700 });
  expect(statSync(file).mode & 0o777).toBe(0o700);
});

it('makes the folders above the file only when it is asked to', () => {
  const file = path.join(temporaryFolder(), 'a/b/data');
  expect(() => writeWholeFile(file, 'x')).toThrow(/data cannot be written: ENOENT/);
  expect(existsSync(path.dirname(file))).toBe(false);
  writeWholeFile(file, 'x', { makeFolders: true });
  expect(readFileSync(file, 'utf8')).toBe('x');
});

it('leaves the old content and no part when it fails', () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'taken'));
  writeFileSync(path.join(folder, 'taken/inside'), '');
  expect(() => writeWholeFile(path.join(folder, 'taken'), 'x')).toThrow(InfraError);
  expect(readdirSync(folder)).toEqual(['taken']);
});

it('removes what killed processes left, and nothing that may still be written', () => {
  const folder = temporaryFolder();
  const part = '.data.part.0123456789ab';
  mkdirSync(path.join(folder, 'below'));
  mkdirSync(path.join(folder, '.folder.part.0123456789ab'));
  for (const name of ['data', part, `below/${part}`, '.mine.part.txt']) writeFileSync(path.join(folder, name), '');
  removeParts(folder, { recursive: true, olderThan: 60_000 });
  expect(readdirSync(folder)).toContain(part);
  const past = new Date(Date.now() - 61_000);
  utimesSync(path.join(folder, part), past, past);
  removeParts(folder, { olderThan: 60_000 });
  expect(readdirSync(folder).sort()).toEqual(['.folder.part.0123456789ab', '.mine.part.txt', 'below', 'data']);
  expect(readdirSync(path.join(folder, 'below'))).toEqual([part]);
  removeParts(folder, { recursive: true });
  expect(readdirSync(path.join(folder, 'below'))).toEqual([]);
});

it('never shows a reader a part of a file, while another process writes it over and over', async () => {
  const file = path.join(temporaryFolder(), 'data');
  const bytes = 200_000;
  const writer = anotherProcess(
    `import { removeParts, writeWholeFile } from './harness/host/atomic-file.ts';
    for (let round = 0; ; round++) {
      writeWholeFile(process.env.FILE, String(round % 10).repeat(${bytes}));
      if (round === 0) console.log('first');
    }`,
    { FILE: file },
  );
  expect(await firstLine(writer)).toBe('first');
  const seen = new Set<string>();
  const end = performance.now() + 60_000;
  for (let reads = 0; (reads < 300 || seen.size < 3) && performance.now() < end; reads++) {
    const text = readFileSync(file, 'latin1');
    expect(text.length).toBe(bytes);
    expect(new Set(text).size).toBe(1);
    seen.add(text.charAt(0));
  }
  expect(seen.size).toBeGreaterThan(1);
});
