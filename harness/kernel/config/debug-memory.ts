// SPDX-License-Identifier: GPL-2.0-only
// What a kernel with debug options needs beyond what a guest of ours has: KASAN shadows an eighth of all memory, NVDIMMs
// included, lockdep and page_owner keep tables. 6.12 with kasan, lockdep and debug-vm reserves 364 of 512 MiB at boot and
// then panics, "System is deadlocked on memory": the lab's fault, not the kernel's.

import type { Config } from '../build/makefile.ts';

const hungry = ['KASAN', 'KMSAN', 'KCSAN', 'PROVE_LOCKING', 'PAGE_OWNER', 'DEBUG_KMEMLEAK', 'DEBUG_OBJECTS'];

/** Bytes of RAM that guests of a kernel with this configuration get on top of their machine's. Pure. */
export function debugMemory(config: Config): number {
  return hungry.some((option) => config.get(option) === 'y') ? 2 ** 30 : 0;
}
