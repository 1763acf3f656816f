// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { tooLittleMemory } from '../../harness/run/too-little-memory.ts';
import { readKernelLog } from '../../harness/verdict/kernel-log.ts';
import { readConsole } from '../../harness/verdict/log-line.ts';

// 6.12 with kasan, lockdep and debug-vm in 512 MiB.
const starved = `[   17.162533] Out of memory and no killable processes...
[   17.163203] Kernel panic - not syncing: System is deadlocked on memory
[   17.163514] CPU: 0 UID: 0 PID: 1 Comm: swapper/0 Not tainted 6.12.117 #1
`;

test('a boot that runs out of memory is not the kernel’s fault', () => {
  expect(tooLittleMemory(readKernelLog(readConsole(starved)))).toContain('too little memory');
});

test('any other panic is', () => {
  const other = starved.replace('System is deadlocked on memory', 'VFS: Unable to mount root fs');
  expect(tooLittleMemory(readKernelLog(readConsole(other)))).toBeUndefined();
});
