// SPDX-License-Identifier: GPL-2.0-only
// How much more memory a guest needs for a kernel with debug options: KASAN shadows an eighth of all memory, NVDIMMs
// included (Documentation/dev-tools/kasan.rst), lockdep and page_owner keep tables. 6.12 with kasan, lockdep and debug-vm
// reserves 364 of 512 MiB at boot and then panics with "System is deadlocked on memory" (mm/oom_kill.c:out_of_memory): an
// infrastructure error, not a bug of the kernel.

import type { Config } from '../dot-config.ts';

const hungry = ['KASAN', 'KMSAN', 'KCSAN', 'PROVE_LOCKING', 'PAGE_OWNER', 'DEBUG_KMEMLEAK', 'DEBUG_OBJECTS'];

/** Bytes of RAM that guests of a kernel with this configuration get in addition to those of their machine. Pure. */
export function debugMemory(config: Config): number {
  return hungry.some((option) => config.get(option) === 'y') ? 2 ** 30 : 0;
}
