// SPDX-License-Identifier: GPL-2.0-only
// Which of several functions of one name is that of a file.

import { expect, it } from 'vitest';
import { SymbolsByName } from '../../../harness/run/coverage/symbols-of-file.ts';

const at = (name: string, start: number) => ({ name, start, size: 16 });

const symbols = new SymbolsByName({
  release: '6.12.1',
  sections: new Map([
    [
      'vmlinux .text',
      [
        at('init_once', 0),
        at('first', 0x1000),
        at('init_once', 0x1010),
        at('second.isra.0', 0x1020),
        at('second.part.0', 0x1030),
        at('init_once', 0x9000),
        at('second.isra.0.cold', 0xf000),
      ],
    ],
    ['xfs .text', [at('init_once', 0x1010), at('xfs_a', 0x1020)]],
  ]),
});

const placesOf = (names: string[]) =>
  Object.fromEntries(
    [...symbols.ofFile(names)].map(([name, placed]) => [
      name,
      placed.map(({ key, symbol }) => `${key.split(' ')[0] ?? ''} ${symbol.start.toString(16)}`),
    ]),
  );

it('takes the one that is next to the other functions of the file', () => {
  expect(placesOf(['first', 'init_once'])['init_once']).toEqual(['vmlinux 1010']);
  expect(placesOf(['xfs_a', 'init_once'])['init_once']).toEqual(['xfs 1010']);
});

it('parts and copies of a function are all its own', () => {
  expect(placesOf(['first', 'second'])['second']).toEqual(['vmlinux 1020', 'vmlinux 1030', 'vmlinux f000']);
});

it('a function that was inlined has none', () => {
  expect(placesOf(['first', 'inlined'])['inlined']).toEqual([]);
});
