// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { readElfFunctions } from '../../../harness/kernel/lines/elf-functions.ts';

it('reads functions with section, offset, size and the source of local ones', () => {
  const text = `
Section Headers:
  [Nr] Name              Type            Address          Off    Size   ES Flg Lk Inf Al
  [ 1] .text             PROGBITS        ffffffff81000000 200000 e00000 00  AX  0   0 4096
  [14] .init.text        PROGBITS        ffffffff83000000 600000 001000 00  AX  0   0 16

Symbol table '.symtab' contains 5 entries:
   Num:    Value          Size Type    Bind   Vis      Ndx Name
     1: 0000000000000000     0 FILE    LOCAL  DEFAULT  ABS dax.c
     2: ffffffff81000040    54 FUNC    LOCAL  DEFAULT    1 dax_lock_entry
     3: ffffffff83000010    12 FUNC    GLOBAL DEFAULT   14 dax_init
     4: ffffffff81000080     0 FUNC    LOCAL  DEFAULT    1 empty
     5: ffffffff81000090     8 OBJECT  LOCAL  DEFAULT    1 data
`;
  expect(readElfFunctions(text)).toEqual([
    { name: 'dax_lock_entry', section: '.text', address: 0xffffffff81000040n, offset: 0x40, size: 54, source: 'dax.c' },
    {
      name: 'dax_init',
      section: '.init.text',
      address: 0xffffffff83000010n,
      offset: 0x10,
      size: 12,
      source: undefined,
    },
  ]);
});
