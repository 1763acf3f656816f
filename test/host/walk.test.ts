// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { entriesBelow } from '../../harness/host/walk.ts';
import { temporaryFolder } from './temporary.ts';

it('lists everything, parents first, sorted by byte, and follows no symlink', () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'b/c'), { recursive: true });
  mkdirSync(path.join(folder, 'empty'));
  for (const name of ['b/c/file', 'b.txt', 'B', 'a']) writeFileSync(path.join(folder, name), '');
  symlinkSync('..', path.join(folder, 'b/up'));
  symlinkSync('nowhere', path.join(folder, 'dangling'));
  expect(entriesBelow(folder)).toEqual(['B', 'a', 'b', 'b/c', 'b/c/file', 'b/up', 'b.txt', 'dangling', 'empty']);
});
