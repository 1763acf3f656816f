// SPDX-License-Identifier: GPL-2.0-only
// The functions of a kernel: read from /proc/kallsyms, kept, and named as the source names them.
// cspell:ignore ffffffffaf

import path from 'node:path';
import { expect, it } from 'vitest';
import {
  readKallsyms,
  readSymbols,
  sourceName,
  writeSymbols,
} from '../../../harness/kernel/executed/kernel-symbols.ts';
import { temporaryFolder } from '../../host/temporary.ts';

const kallsyms = `ffffffffaf000000 _text
ffffffffaf000000 _stext
ffffffffaf000010 __pfx_dax_lock
ffffffffaf000020 dax_lock
ffffffffaf000020 dax_lock_alias
ffffffffaf000060 dax_unlock.cold
ffffffffaf000090 _etext
ffffffffaf100000 start_kernel
ffffffffaf100100 _einittext
ffffffffc0400000 xfs_bmap
`;

it('a function ends where the next one begins, wherever the kernel is', () => {
  const wanted = [
    { name: 'dax_lock', start: 0x20, size: 0x40 },
    { name: 'dax_lock_alias', start: 0x20, size: 0x40 },
    { name: 'dax_unlock.cold', start: 0x60, size: 0x30 },
    { name: 'start_kernel', start: 0x100000, size: 0x100 },
  ];
  const byStart = (symbols = readKallsyms(kallsyms)) => symbols?.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  expect(byStart()).toEqual(wanted);
  expect(byStart(readKallsyms(kallsyms.replaceAll('ffffffffaf', 'ffffffff87')))).toEqual(wanted);
  expect(readKallsyms('')).toBeUndefined();
});

it('the compiler names parts and copies of a function after it', () => {
  expect(['a', 'a.isra.0', 'a.part.0.cold', 'a.constprop.1'].map(sourceName)).toEqual(['a', 'a', 'a', 'a']);
});

it('is read as it was written', () => {
  const file = path.join(temporaryFolder(), 'symbols', 'x.json.gz');
  const symbols = { release: '6.12.1', sections: new Map([['vmlinux .text', readKallsyms(kallsyms) ?? []]]) };
  expect(readSymbols(file)).toBeUndefined();
  writeSymbols(file, symbols);
  expect(readSymbols(file)).toEqual(symbols);
});
