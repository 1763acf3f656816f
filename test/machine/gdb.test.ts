// SPDX-License-Identifier: GPL-2.0-only

import { expect, test } from 'vitest';
import { frame, parseStop } from '../../harness/machine/gdb.ts';

test('a packet carries its checksum', () => {
  expect(frame('c')).toBe('$c#63');
  expect(frame('Z3,7f0000000000,1000')).toBe('$Z3,7f0000000000,1000#23');
});

test('stop replies of watchpoints', () => {
  expect(parseStop('T05thread:02;rwatch:7fe33fb44000;')).toEqual({ kind: 'read', address: 0x7fe33fb44000n, cpu: 1 });
  expect(parseStop('T05thread:p01.01;awatch:ff138fac4121b000;')).toEqual({
    kind: 'read',
    address: 0xff138fac4121b000n,
    cpu: 0,
  });
  expect(parseStop('T05thread:01;watch:1000;')).toEqual({ kind: 'write', address: 0x1000n, cpu: 0 });
});

test('other stops are none of ours', () => {
  expect(parseStop('T02thread:01;')).toBeUndefined();
  expect(parseStop('T05thread:01;')).toBeUndefined();
  expect(parseStop('W00')).toBeUndefined();
});
