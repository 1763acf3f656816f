// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mergeWarnings, newWarnings, readWarnings, warningsFile } from '../../../harness/kernel/build/warnings.ts';
import { temporaryFolder } from '../../host/temporary.ts';

test('the last warnings of an object count; an object that was not compiled again keeps its warnings', () => {
  const folder = temporaryFolder();
  mergeWarnings(
    folder,
    new Map([
      ['a.o', ['a.c: one']],
      ['b.o', ['b.c: two']],
    ]),
  );
  mergeWarnings(
    folder,
    new Map([
      ['a.o', []],
      ['c.o', ['c.c: three']],
    ]),
  );
  expect([...(readWarnings(folder) ?? [])]).toEqual([
    ['b.o', ['b.c: two']],
    ['c.o', ['c.c: three']],
  ]);
});

test('new warnings are those that the object did not have before, each once', () => {
  const before = new Map([['a.o', ['x.h: old']]]);
  const after = new Map([
    ['a.o', ['x.h: old', 'x.h: new']],
    ['b.o', ['x.h: new']],
  ]);
  expect(newWarnings(before, after)).toEqual(['x.h: new']);
});

test('a file that is missing or damaged is no warnings known, and the next build writes a whole one', () => {
  const folder = temporaryFolder();
  expect(readWarnings(folder)).toBeUndefined();
  for (const text of ['{"a.o": ["a.c', '{"a.o": "a.c: one"}']) {
    writeFileSync(warningsFile(folder), text);
    expect(readWarnings(folder)).toBeUndefined();
  }
  mergeWarnings(folder, new Map([['b.o', ['b.c: two']]]));
  expect(readWarnings(folder)).toEqual(new Map([['b.o', ['b.c: two']]]));
});
