// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { printExpression } from '../../../harness/kernel/config/kconfig-expression.ts';
import { typeOf, type Definition } from '../../../harness/kernel/config/kconfig-model.ts';
import { kconfigOf } from './kconfig-tree.ts';

const top = `# top
mainmenu "Linux/$(ARCH) $(KERNELVERSION) Kernel Configuration"
source "scripts/Kconfig.include"
source "arch/$(SRCARCH)/Kconfig"
source "fs/Kconfig"
`;
const include = `comma := ,
cc-option = $(success,$(CC) -Werror $(1) -c -x c /dev/null)
$(error-if,$(failure,command -v $(CC)),C compiler '$(CC)' not found)
m32-flag := $(cc-option-bit,-m32)
`;
const arch = `config X86
	def_bool y
	select HAS_PMEM if 64BIT
	select HAS_FAULT

config 64BIT
	bool "64-bit kernel" if "$(ARCH)" = "x86"
	default "$(ARCH)" != "i386"
`;
const fs = `if BLOCK
menu "Filesystems" # the usual
	depends on MMU
	visible if !TINY

config XFS_FS
	tristate "XFS filesystem support"
	depends on (64BIT || \\
		    LBDAF)
	select CRC32 if HAS_FAULT
	imply NICE
	help
	  config NOT_AN_OPTION
	    bool "text of the help"

	  It ends where a line is less indented.
config NUMBER
	int "a number"
	range 1 LAST if SMALL
	default 64 if 64BIT
	default 8
	---help---
	old style

comment "only a comment"
	depends on XFS_FS

choice
	prompt "compression"
	default GZIP
config GZIP
	bool "gzip"
config XZ
	bool "xz"
	depends on $(cc-option,-fxz)
endchoice

endmenu
endif

config TWICE
	bool "first"
	depends on A if B

config TWICE
	default y
	modules
config TWICE
	bool
	depends on $(success,test "(x)" = 'y')
`;
const kconfig = kconfigOf({
  Kconfig: top,
  'scripts/Kconfig.include': include,
  'arch/x86/Kconfig': arch,
  'fs/Kconfig': fs,
});
const only = (option: string): Definition => {
  const [definition, ...more] = kconfig.options.get(option) ?? [];
  if (definition === undefined || more.length > 0) throw new Error(`${option}: ${more.length + 1} entries`);
  return definition;
};
const depends = (option: string): string | undefined => {
  const { depends: expression } = only(option);
  return expression && printExpression(expression);
};

test('reads every file that is named, for x86', () => {
  expect(kconfig.files).toBe(4);
  expect([...kconfig.options.keys()]).toEqual(['X86', '64BIT', 'XFS_FS', 'NUMBER', 'GZIP', 'XZ', 'TWICE']);
});

test('an option depends on what surrounds it too', () => {
  expect(depends('XFS_FS')).toBe('BLOCK && MMU && (64BIT || LBDAF)');
  expect(depends('NUMBER')).toBe('BLOCK && MMU');
  expect(depends('X86')).toBeUndefined();
});

test('prompts, types, places', () => {
  const { prompt, at } = only('XFS_FS');
  expect(at).toBe('fs/Kconfig:6');
  expect(prompt?.text).toBe('XFS filesystem support');
  expect(prompt?.when && printExpression(prompt.when)).toBe('!TINY');
  expect(only('X86').prompt).toBeUndefined();
  expect(['X86', 'XFS_FS', 'NUMBER', 'TWICE', 'NONE'].map((option) => typeOf(kconfig, option))).toEqual([
    'bool',
    'tristate',
    'int',
    'bool',
    undefined,
  ]);
});

test('who selects whom, and when', () => {
  const [crc] = kconfig.selectors.get('CRC32') ?? [];
  expect([crc?.by, crc?.when && printExpression(crc.when)]).toEqual(['XFS_FS', 'HAS_FAULT']);
  expect(kconfig.selectors.get('HAS_FAULT')).toEqual([{ by: 'X86', when: undefined }]);
  expect(kconfig.selectors.has('NICE')).toBe(false);
});

test('defaults and ranges', () => {
  const { defaults, ranges } = only('NUMBER');
  expect(defaults.map(({ value, when }) => [printExpression(value), when && printExpression(when)])).toEqual([
    ['64', '64BIT'],
    ['8', undefined],
  ]);
  expect(ranges).toEqual([
    {
      low: { kind: 'constant', value: '1' },
      high: { kind: 'symbol', name: 'LAST' },
      when: { kind: 'symbol', name: 'SMALL' },
    },
  ]);
});

test('a choice knows its members', () => {
  expect(only('XZ').choice).toMatchObject({ prompt: 'compression', members: ['GZIP', 'XZ'] });
  expect(depends('XZ')).toBe('BLOCK && MMU && $(cc-option,-fxz)');
});

test('an option may have several entries, and a dependency a condition', () => {
  const entries = kconfig.options.get('TWICE') ?? [];
  expect(entries).toHaveLength(3);
  expect(entries[0]?.depends && printExpression(entries[0].depends)).toBe('!B || A');
});

test('what cannot be read is named with its line', () => {
  const fault = (files: Record<string, string>): unknown => {
    try {
      return kconfigOf(files);
    } catch (error) {
      return error;
    }
  };
  expect(fault({ Kconfig: 'config A\n\tbool "a"\n\tdepends on A &&\n' })).toMatchObject({
    at: 'Kconfig:3',
    exitCode: 3,
  });
  expect(fault({ Kconfig: 'config A\n\tnonsense\n' })).toMatchObject({ at: 'Kconfig:2' });
  expect(fault({ Kconfig: '\nsource "gone/Kconfig"\n' })).toMatchObject({
    at: 'Kconfig:2',
    message: 'there is no gone/Kconfig',
  });
  expect(fault({ Kconfig: 'menu "a"\nendif\n' })).toMatchObject({ at: 'Kconfig:2' });
});
