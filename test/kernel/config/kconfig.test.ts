// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { printExpression } from '../../../harness/kernel/config/kconfig-expression.ts';
import { kconfigOf } from './kconfig-tree.ts';

test('files are read where they are sourced, inside the blocks around that line', () => {
  const kconfig = kconfigOf({
    Kconfig:
      'source "arch/$(SRCARCH)/Kconfig"\nmenu "files"\n\tdepends on BLOCK\nsource "fs/Kconfig"\nendmenu\nconfig LAST\n\tbool\n',
    'arch/x86/Kconfig': 'config X86\n\tdef_bool y\n',
    'fs/Kconfig': 'if MMU\nsource "fs/xfs/Kconfig"\nendif\n',
    'fs/xfs/Kconfig': 'config XFS_FS\n\ttristate "xfs"\n\tselect CRC32\n',
  });
  expect(kconfig.files).toBe(4);
  expect([...kconfig.options.keys()]).toEqual(['X86', 'XFS_FS', 'LAST']);
  const depends = (option: string): string | undefined => {
    const expression = kconfig.options.get(option)?.[0]?.depends;
    return expression && printExpression(expression);
  };
  expect(depends('XFS_FS')).toBe('BLOCK && MMU');
  expect(depends('LAST')).toBeUndefined();
  expect(kconfig.selectors.get('CRC32')).toEqual([{ by: 'XFS_FS', when: undefined }]);
});

test('a file that does not exist is an error at the line that names it', () => {
  let error: unknown;
  try {
    kconfigOf({ Kconfig: 'source "fs/Kconfig"\n', 'fs/Kconfig': '\n\nsource "fs/gone/Kconfig"\n' });
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ exitCode: 3, message: 'there is no fs/gone/Kconfig', at: 'fs/Kconfig:3' });
});
