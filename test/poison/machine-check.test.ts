// SPDX-License-Identifier: GPL-2.0-only

import { expect, test } from 'vitest';
import { bankStatus, mceCommand } from '../../harness/poison/machine-check.ts';

test('the bank says what the manual has for a data load and for the scrubber', () => {
  expect(bankStatus('srar')).toBe(0xbd80000000000134n);
  expect(bankStatus('srao')).toBe(0xbd000000000000c0n);
});

test('the command of the monitor', () => {
  expect(mceCommand({ kind: 'srar', address: 0x10121b000, lsb: 12 }, 1)).toBe(
    'mce 1 8 0xbd80000000000134 0xf 0x10121b000 0x8c',
  );
  expect(mceCommand({ kind: 'srao', address: 0x10121b1c8, lsb: 6 }, 0)).toBe(
    'mce 0 8 0xbd000000000000c0 0xf 0x10121b1c8 0x86',
  );
});

test('a corrupt context, and an address that is not physical', () => {
  expect(bankStatus('fatal')).toBe(0xbf00000000000134n);
  expect(mceCommand({ kind: 'srar', address: 0x10121b000, lsb: 12, hasNoAddress: true }, 1)).toBe(
    'mce 1 8 0xbd80000000000134 0xf 0x10121b000 0xc',
  );
});

test('a broadcast goes to all CPUs, and none learns that it is alone', () => {
  expect(mceCommand({ kind: 'srao', address: 0x10121b000, lsb: 12, isBroadcast: true }, 0)).toBe(
    'mce -b 0 8 0xbd000000000000c0 0x7 0x10121b000 0x8c',
  );
});
