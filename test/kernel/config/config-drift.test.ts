// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { configDrift } from '../../../harness/kernel/config/config-drift.ts';
import { parseConfig } from '../../../harness/kernel/dot-config.ts';

test('an option that the image has and the modules would not is drift; the tools’ own words are not', () => {
  const stock = parseConfig(
    'CONFIG_DEBUG_INFO_BTF=y\nCONFIG_HZ=250\nCONFIG_GCC_VERSION=140200\nCONFIG_RUST=y\nCONFIG_AX88796B_RUST_PHY=y\nCONFIG_AMCC_QT2025_PHY=m\nCONFIG_SMP=y\n',
  );
  const now = parseConfig('CONFIG_HZ=1000\nCONFIG_GCC_VERSION=120200\nCONFIG_SMP=y\nCONFIG_NEW=y\n');
  expect(configDrift(stock, now)).toEqual([
    { option: 'DEBUG_INFO_BTF', was: 'y', is: 'n' },
    { option: 'HZ', was: '250', is: '1000' },
  ]);
  expect(configDrift(stock, stock)).toEqual([]);
});
