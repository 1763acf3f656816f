// SPDX-License-Identifier: GPL-2.0-only

import { expect, test } from 'vitest';
import { ramBlockOffset } from '../../harness/poison/physical.ts';

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
