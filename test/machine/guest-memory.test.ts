// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { InfraError } from '../../harness/host/errors.ts';
import { parseWords, readGuestMemory } from '../../harness/machine/guest-memory.ts';
import { FakeQemu } from '../guest/fake-guest.ts';

/** As QEMU 7.2 prints it. */
const printed = '0000000100001000: 0x5f545442 0x4e455241 0x4e495f41 0x00004f46\r\n0000000100001010: 0x04030201\r\n';

it('reads words from a physical address, little-endian', async () => {
  const qemu = new FakeQemu({ 'xp /5xw 0x100001000': printed });
  const bytes = await readGuestMemory(qemu, 0x1_0000_1000, 20);
  expect(bytes.toString('latin1', 0, 14)).toBe('BTT_ARENA_INFO');
  expect([...bytes.subarray(16)]).toEqual([1, 2, 3, 4]);
});

it('does not take less for an answer', () => {
  expect(() => parseWords('Cannot access memory\r\n', 1)).toThrow(InfraError);
  expect(() => parseWords(printed, 6)).toThrow('printed 5 words of memory instead of 6');
});
