// SPDX-License-Identifier: GPL-2.0-only

import { expect, test } from 'vitest';
import { ramBlockOffset, waitsForCondition } from '../../harness/poison/physical.ts';

// QEMU 7.2.
const text = `              Block Name    PSize              Offset               Used              Total                HVA  RO
                     ram    4 KiB  0x0000000000000000 0x0000000020000000 0x0000000020000000 0x00007f83ac000000  rw
                    nvm0    2 MiB  0x0000000021000000 0x0000000040021000 0x0000000040021000 0x00007f836b600000  rw
           /objects/nvm1    2 MiB  0x0000000061200000 0x0000000040021000 0x0000000040021000 0x00007f836b600000  rw
`;

test('where a RAM block begins', () => {
  expect(ramBlockOffset(text, 'nvm0')).toBe(0x21000000n);
  expect(ramBlockOffset(text, 'nvm1')).toBe(0x61200000n);
  expect(ramBlockOffset(text, 'nvm2')).toBeUndefined();
});

test.each([
  ['a condition variable', '202 0x55f0c2a4f1a8 0x189 0x0 0x0 0x0 0xffffffff 0x7ffd5a0c2a10 0x7f83b1e8f2c6', true],
  ['a mutex', '202 0x55f0c2a4f160 0x80 0x2 0x0 0x0 0x0 0x7ffd5a0c2a10 0x7f83b1e8f2c6', false],
  ['files', '271 0x55f0c41b5a30 0x9 0x7ffd5a0c2b60 0x0 0x8 0x0 0x7ffd5a0c2a10 0x7f83b1e8f2c6', false],
  ['nothing: it runs', 'running', false],
])('QEMU has queued a machine check only when its main thread waits for a condition: %s', (_, syscall, waits) => {
  expect(waitsForCondition(syscall)).toBe(waits);
});
