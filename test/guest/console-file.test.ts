// SPDX-License-Identifier: GPL-2.0-only
// The console of a guest that prints without end.

import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ConsoleFile } from '../../harness/guest/console-file.ts';
import { temporaryFolder } from '../host/temporary.ts';

const bounds = { end: 4, most: 100 };

it('stays as it is while it is short', () => {
  const file = path.join(temporaryFolder(), 'console.log');
  writeFileSync(file, 'x'.repeat(100));
  new ConsoleFile(file, bounds).stop();
  expect(readFileSync(file, 'utf8')).toBe('x'.repeat(100));
});

it('keeps its head and its tail, and says how much was removed in all', () => {
  const file = path.join(temporaryFolder(), 'console.log');
  const console = new ConsoleFile(file, bounds);
  writeFileSync(file, `head${'x'.repeat(1000)}tail`);
  console.bound();
  expect(readFileSync(file, 'utf8')).toBe('head\n[hazmat: 1000 bytes were removed here]\ntail');
  const before = readFileSync(file).length;
  appendFileSync(file, `${'y'.repeat(1000)}last`);
  console.stop();
  const removed = 1000 + (before + 1004 - 8);
  expect(readFileSync(file, 'utf8')).toBe(`head\n[hazmat: ${removed} bytes were removed here]\nlast`);
});

it('may be missing', () => {
  expect(() => new ConsoleFile(path.join(temporaryFolder(), 'none'), bounds).stop()).not.toThrow();
});

it('may be /dev/null', () => {
  expect(() => new ConsoleFile('/dev/null', bounds).stop()).not.toThrow();
});
