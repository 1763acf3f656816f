// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { isConfigInput } from '../../../harness/kernel/config/configure.ts';

test.each([
  ['Makefile', true],
  ['arch/x86/Makefile', true],
  ['init/Kconfig', true],
  ['lib/Kconfig.debug', true],
  ['scripts/Kconfig.include', true],
  ['scripts/cc-version.sh', true],
  ['kernel/configs/tiny.config', true],
  ['arch/x86/configs/tiny_defconfig', true],
  ['fs/xfs/xfs_notify_failure.c', false],
  ['fs/xfs/Makefile', false],
  ['include/linux/kconfig.h', false],
  ['Documentation/kbuild/kconfig.rst', false],
])('%s has a say in the configuration: %s', (file, has) => {
  expect(isConfigInput(file)).toBe(has);
});
