// SPDX-License-Identifier: GPL-2.0-only
import { rmSync, truncateSync } from 'node:fs';
import { expect, it } from 'vitest';
import { InfraError } from '../../harness/host/errors.ts';
import { loadMachine, machineNames } from '../../harness/machine/machine.ts';
import { requireMemoryFiles } from '../../harness/machine/memory-files.ts';
import { makeStateFiles, memoryFiles } from '../../harness/machine/state.ts';
import { temporaryFolder } from '../host/temporary.ts';

it.each(machineNames())('takes new files of %s, and none that is missing or cut', async (name) => {
  const machine = loadMachine(name);
  const files = memoryFiles(temporaryFolder(), machine);
  await makeStateFiles(files, machine);
  requireMemoryFiles(files, machine);
  for (const file of [files.ram, ...files.nvdimms, ...(files.window === undefined ? [] : [files.window])]) {
    truncateSync(file, 4096);
    expect(() => requireMemoryFiles(files, machine)).toThrow(InfraError);
    expect(() => requireMemoryFiles(files, machine)).toThrow(`the memory file ${file} has 4096 bytes instead of`);
    rmSync(file);
    expect(() => requireMemoryFiles(files, machine)).toThrow(`the memory file ${file} is missing`);
    await makeStateFiles(files, machine);
  }
});
