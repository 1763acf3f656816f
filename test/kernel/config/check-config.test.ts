// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { checkConfig, renderDropped, type ConfigCheck } from '../../../harness/kernel/config/check-config.ts';
import { parseConfigFile } from '../../../harness/kernel/config/config-fragments.ts';
import { parseConfig } from '../../../harness/kernel/dot-config.ts';
import { dropping as kconfig } from './dropping-kconfig.ts';

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
