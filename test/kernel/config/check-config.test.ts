// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { checkConfig, renderDropped, type ConfigCheck } from '../../../harness/kernel/config/check-config.ts';
import { parseConfigFile } from '../../../harness/kernel/config/config-fragments.ts';
import { parseConfig } from '../../../harness/kernel/config/dot-config.ts';
import { kconfigOf } from './kconfig-tree.ts';

const kconfig = kconfigOf({
  Kconfig: `
config MODULES
	bool "modules"
config X86
	def_bool y
	select ARCH_LAZY
	select HAS_MC if MC
config ARCH_LAZY
	bool
config HAS_MC
	bool
config MC
	bool "machine checks"
config HOTPLUG
	bool "hotplug"
config HOTREMOVE
	bool "hotremove"
	depends on HOTPLUG
config ZONE_DEVICE
	bool "device memory"
	depends on HOTREMOVE
config FS_DAX
	bool "dax"
	depends on MMU_LESS || ZONE_DEVICE
config FAILURE
	bool "memory failure"
	depends on HAS_MC
config LINE
	bool "line"
	depends on HOTREMOVE && FOREIGN
config CRC
	tristate
config XFS
	tristate "xfs"
	select CRC
config XFS_RT
	bool "realtime"
	depends on XFS = y
config PMEM
	tristate "pmem"
	depends on LIBNVDIMM
config LIBNVDIMM
	tristate "nvdimm"
config VOLUNTARY
	bool "voluntary"
	depends on !ARCH_LAZY
config EXPERTS
	bool "for experts" if EXPERT
config EXPERT
	bool "expert"
config PROTECT
	bool "protector"
	depends on $(cc-option,-fstack-protector)
config RING
	bool "ring"
	depends on RING2
config RING2
	bool "ring"
	depends on RING
config CPUS
	int "cpus"
	range 2 8
config TEXT
	string "text"
	depends on EXPERT
choice
	prompt "compression"
config GZIP
	bool "gzip"
config XZ
	bool "xz"
endchoice
`,
});

function check(wanted: string, config: string): ConfigCheck {
  return checkConfig(
    parseConfigFile(wanted, 'my.config').wanted,
    parseConfig(`CONFIG_X86=y\nCONFIG_ARCH_LAZY=y\n${config}`),
    kconfig,
  );
}

test('what came out as wanted is not listed, nor an m that another option turned into y', () => {
  const wanted =
    'CONFIG_XFS=m\n# CONFIG_MC is not set\n# CONFIG_NEVER_HEARD_OF is not set\nCONFIG_TEXT=""\nCONFIG_CPUS=4\n';
  expect(check(wanted, 'CONFIG_XFS=y\nCONFIG_CPUS=4\n')).toEqual({ dropped: [], mayBeDropped: [], absent: [] });
});

test('an option that this version does not define is absent, not an error', () => {
  const { dropped, absent } = check('CONFIG_XFS=y\nCONFIG_NEVER_HEARD_OF=y\n', 'CONFIG_XFS=y\n');
  expect(dropped).toEqual([]);
  expect(absent).toEqual([{ option: 'NEVER_HEARD_OF', wanted: 'y', at: 'my.config:2' }]);
});

test.each([
  ['CONFIG_ZONE_DEVICE=y', '', 'it depends on HOTREMOVE, which depends on HOTPLUG, which is not set'],
  ['CONFIG_ZONE_DEVICE=y', 'CONFIG_HOTPLUG=y\n', 'it depends on HOTREMOVE, which is not set'],
  [
    'CONFIG_FS_DAX=y',
    'CONFIG_HOTPLUG=y\nCONFIG_HOTREMOVE=y\n',
    'it depends on MMU_LESS || ZONE_DEVICE: MMU_LESS does not exist on x86 in this version; ZONE_DEVICE is not set',
  ],
  ['CONFIG_FAILURE=y', '', 'it depends on HAS_MC, which is selected only by X86, and only with MC, which is not set'],
  // A condition that can never be met is the better reason.
  ['CONFIG_LINE=y', '', 'it depends on FOREIGN, which does not exist on x86 in this version'],
  ['CONFIG_CRC=y', '', 'it is selected only by XFS, which is not set'],
  ['CONFIG_VOLUNTARY=y', '', 'it depends on !ARCH_LAZY, and ARCH_LAZY is y (selected by X86)'],
  ['CONFIG_EXPERTS=y', '', 'it can be set only with EXPERT, which is not set'],
  ['CONFIG_TEXT="a"', '', 'it depends on EXPERT, which is not set'],
  ['CONFIG_XFS_RT=y', 'CONFIG_XFS=m\n', 'it depends on XFS = y, which does not hold'],
  ['CONFIG_PROTECT=y', '', 'it depends on $(cc-option,-fstack-protector), which the tools of this machine decide'],
  ['CONFIG_GZIP=y', 'CONFIG_XZ=y\n', 'it is one of a choice ("compression"), of which XZ was taken'],
  ['CONFIG_RING=y', '', 'it depends on RING2, which depends on RING, which is not set'],
  ['CONFIG_MC=y', '', 'nothing in Kconfig explains it (Kconfig:12)'],
])('%s with "%s" is explained down to the root', (wanted, config, because) => {
  const { dropped } = check(`${wanted}\n`, config);
  expect(dropped.map((one) => one.because)).toEqual([because]);
});

test('y that became m names what is m', () => {
  const { dropped } = check('CONFIG_PMEM=y\n', 'CONFIG_MODULES=y\nCONFIG_LIBNVDIMM=m\nCONFIG_PMEM=m\n');
  expect(dropped.map(renderDropped)).toEqual([
    'CONFIG_PMEM=y (my.config:1) became m: it depends on LIBNVDIMM, which is m',
  ]);
});

test('wanted off, but on: the selecting option is named', () => {
  const { dropped } = check('# CONFIG_CRC is not set\n', 'CONFIG_XFS=y\nCONFIG_CRC=y\n');
  expect(dropped.map(renderDropped)).toEqual([
    '# CONFIG_CRC is not set (my.config:1) became y: it is selected by XFS=y',
  ]);
});

test('a number out of its range, m for a bool, a string for a bool', () => {
  expect(check('CONFIG_CPUS=64\n', 'CONFIG_CPUS=8\n').dropped[0]?.because).toBe(
    'its range in this configuration is 2 to 8',
  );
  expect(check('CONFIG_MC=m\n', '').dropped[0]?.because).toBe('it is a bool: y or n, never m');
  expect(check('CONFIG_MC="yes"\n', '').dropped[0]?.because).toBe('"yes" is not a value of a bool');
});

test('what a config fragment allows to be dropped is listed apart, with its reason', () => {
  const { dropped, mayBeDropped } = check('# may be dropped: newer x86 is lazy\nCONFIG_VOLUNTARY=y\n', '');
  expect(dropped).toEqual([]);
  expect(mayBeDropped).toMatchObject([{ option: 'VOLUNTARY', reason: 'newer x86 is lazy', at: 'my.config:2' }]);
});

test('options that nobody can set are not compared in a .config that kconfig wrote', () => {
  const { wanted } = parseConfigFile('CONFIG_CRC=y\nCONFIG_MC=y\n', 'old.config');
  const { dropped } = checkConfig(wanted, parseConfig(''), kconfig, { generated: true });
  expect(dropped.map(({ option }) => option)).toEqual(['MC']);
});
