// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { loadsBefore } from '../../harness/poison/load-instruction.ts';

const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(' ', ''), 'hex');

// As objdump has them in copy_to_nontemporal and fault_in_readable of 6.12.
test.each([
  ['4c 8b 06', { length: 3, into: 'r8', base: 'rsi', displacement: 0n }],
  ['4c 8b 4e 08', { length: 4, into: 'r9', base: 'rsi', displacement: 8n }],
  ['8b 06', { length: 2, into: 'rax', base: 'rsi', displacement: 0n }],
  ['66 8b 06', { length: 3, into: 'rax', base: 'rsi', displacement: 0n }],
  ['8a 06', { length: 2, into: 'rax', base: 'rsi', displacement: 0n }],
  ['48 8b 00', { length: 3, into: 'rax', base: 'rax', displacement: 0n }],
  ['41 8a 04 24', { length: 4, into: 'rax', base: 'r12', displacement: 0n }],
  ['48 8b 8e f8 ff ff ff', { length: 7, into: 'rcx', base: 'rsi', displacement: -8n }],
  ['0f b6 04 0f', { length: 4, into: 'rax', base: undefined, displacement: 0n }],
  ['44 0f b7 46 02', { length: 5, into: 'r8', base: 'rsi', displacement: 2n }],
])('%s is a load', (hex, load) => {
  expect(loadsBefore(bytes(`90 90 90 90 90 90 90 90${hex}`))[0]).toEqual(load);
});

test('caches, string moves and moves between registers are none', () => {
  for (const hex of ['4c 0f c3 07', 'f3 a4', '48 89 c3', '48 8b c3', '88 07'])
    expect(loadsBefore(bytes(`90 90 90 90 90 90 90 90${hex}`))).toEqual([]);
});

test('where several end at the same byte, the longest comes first', () => {
  // A displacement of 0x48 before `mov (%rsi),%eax` looks like its prefix.
  expect(loadsBefore(bytes('90 48 89 46 48 8b 06')).map(({ length }) => length)).toEqual([3, 2]);
});
