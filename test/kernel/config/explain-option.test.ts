// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { parseConfigFile } from '../../../harness/kernel/config/config-fragments.ts';
import { parseConfig } from '../../../harness/kernel/dot-config.ts';
import { explainOption } from '../../../harness/kernel/config/explain-option.ts';
import { dropping } from './dropping-kconfig.ts';

/** Why the one wanted option of a line did not come out of a .config. */
function why(line: string, text: string): string {
  const config = parseConfig(`CONFIG_X86=y\nCONFIG_ARCH_LAZY=y\n${text}`);
  const [wanted] = parseConfigFile(line, 'my.config').wanted;
  const { option, value } = wanted ?? { option: '', value: '' };
  return explainOption(config, dropping, { option, wanted: value, got: config.get(option) ?? 'n' });
}

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
  expect(why(wanted, config)).toBe(because);
});

test('a number out of its range, m for a bool, a string for a bool', () => {
  expect(why('CONFIG_CPUS=64\n', 'CONFIG_CPUS=8\n')).toBe('its range in this configuration is 2 to 8');
  expect(why('CONFIG_MC=m\n', '')).toBe('it is a bool: y or n, never m');
  expect(why('CONFIG_MC="yes"\n', '')).toBe('"yes" is not a value of a bool');
});
