// SPDX-License-Identifier: GPL-2.0-only

import { expect, test } from 'vitest';
import { gateTarget, stringMove } from '../../harness/poison/dormant.ts';

test.each([
  ['rep movsb', [0xf3, 0xa4, 0xc3], 1],
  ['rep movsl', [0xf3, 0xa5, 0xc3], 4],
  ['rep movsq', [0xf3, 0x48, 0xa5], 8],
  ['rep stosb', [0xf3, 0xaa, 0xc3], undefined],
  ['movsb alone', [0xa4, 0xc3, 0x90], undefined],
  ['mov', [0x48, 0x8b, 0x06], undefined],
])('%s', (_, code, bytes) => {
  expect(stringMove(Uint8Array.from(code))).toBe(bytes);
});

test('where a gate of the interrupt table leads', () => {
  // asm_exc_page_fault at 0xffffffff9ac01280.
  const gate = Buffer.from('80121000008ec09affffffff00000000', 'hex');
  expect(gateTarget(gate)).toBe(0xffffffff9ac01280n);
});
