// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { debugMemory } from '../../../harness/kernel/config/debug-memory.ts';
import { parseConfig } from '../../../harness/kernel/dot-config.ts';

test.each([
  ['CONFIG_KASAN=y\nCONFIG_KASAN_GENERIC=y\n', 2 ** 30],
  ['CONFIG_PROVE_LOCKING=y\n', 2 ** 30],
  ['# CONFIG_KASAN is not set\nCONFIG_HAVE_ARCH_KASAN=y\nCONFIG_DEBUG_VM=y\n', 0],
  ['', 0],
])('guests of a kernel with %j get more memory: %s', (config, bytes) => {
  expect(debugMemory(parseConfig(config))).toBe(bytes);
});
