// SPDX-License-Identifier: GPL-2.0-only
import { afterEach, expect, test, vi } from 'vitest';
import { InfraError } from '../../../harness/host/errors.ts';
import { chooseConfig, wantedConfig } from '../../../harness/kernel/config/choose-config.ts';
import { parseConfig } from '../../../harness/kernel/dot-config.ts';
import { anyStockConfig, buildNeedsOf, requireBuildNeeds } from '../../../harness/kernel/build/build-needs.ts';
import { temporaryFolder } from '../../host/temporary.ts';

afterEach(() => vi.unstubAllEnvs());

const programs = (...args: Parameters<typeof buildNeedsOf>): string[] => buildNeedsOf(...args).map(({ what }) => what);

test('a configuration with BTF needs pahole, for modules as for a kernel; the usual fragments do not', () => {
  expect(programs(anyStockConfig, 'modules')).toContain('pahole');
  expect(programs(parseConfig('CONFIG_DEBUG_INFO_BTF=y\n'), 'kernel')).toContain('pahole');
  const usual = programs(wantedConfig(chooseConfig([])), 'kernel');
  expect(usual).not.toContain('pahole');
  for (const always of ['make', 'gcc', 'flex', 'bison', 'bc', 'git', 'xz', '/usr/include/libelf.h']) {
    expect(usual).toContain(always);
  }
});

test('what compresses the image is needed for a kernel, not for modules, and each program is listed once', () => {
  const config = parseConfig('CONFIG_KERNEL_LZ4=y\nCONFIG_KERNEL_XZ=y\n# CONFIG_KERNEL_ZSTD is not set\n');
  const needed = programs(config, 'kernel');
  expect(needed).toContain('lz4');
  expect(needed).not.toContain('zstd');
  expect(needed.filter((what) => what === 'xz')).toHaveLength(1);
  expect(programs(config, 'modules')).not.toContain('lz4');
});

test('what is missing is one error with the reason and the command that installs it', () => {
  vi.stubEnv('PATH', temporaryFolder());
  let error: unknown;
  try {
    requireBuildNeeds(anyStockConfig, 'modules');
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(InfraError);
  expect((error as InfraError).hint).toContain('pahole: CONFIG_DEBUG_INFO_BTF needs it');
  expect((error as InfraError).hint).toMatch(/apt-get install .*dwarves/);
});
