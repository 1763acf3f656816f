// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { mergeWarnings, newWarnings, readWarnings } from '../../../harness/kernel/build/warnings.ts';
import { temporaryFolder } from '../../host/temporary.ts';

test('what an object said last counts; what was not compiled again keeps its word', () => {
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
  expect([...readWarnings(folder)]).toEqual([
    ['b.o', ['b.c: two']],
    ['c.o', ['c.c: three']],
  ]);
});

test('new is what the object did not say before, each warning once', () => {
  const before = new Map([['a.o', ['x.h: old']]]);
  const after = new Map([
    ['a.o', ['x.h: old', 'x.h: new']],
    ['b.o', ['x.h: new']],
  ]);
  expect(newWarnings(before, after)).toEqual(['x.h: new']);
});
