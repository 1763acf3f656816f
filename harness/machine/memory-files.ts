// SPDX-License-Identifier: GPL-2.0-only
// QEMU makes a memory file that does not exist, empty: a guest whose NVDIMM is missing would find one without data.

import { statSync } from 'node:fs';
import { InfraError } from '../host/errors.ts';
import { windowBytes } from './argv.ts';
import { cxlMemories } from './cxl.ts';
import type { Machine } from './machine.ts';
import type { MemoryFiles } from './state.ts';
import { virtioPmemMemories } from './virtio-pmem.ts';

/** Checks that the files of a guest's memory are there and as big as its machine wants. @throws InfraError */
export function requireMemoryFiles(files: MemoryFiles, machine: Machine): void {
  requireFile(files.ram, machine.memory);
  for (const [index, { size, label }] of machine.nvdimms.entries()) {
    requireFile(files.nvdimms[index], size + label);
  }
  for (const [index, { bytes }] of cxlMemories(machine).entries()) requireFile(files.cxl?.[index], bytes);
  for (const [index, { bytes }] of virtioPmemMemories(machine).entries()) requireFile(files.virtioPmem?.[index], bytes);
  if (files.window !== undefined) requireFile(files.window, windowBytes);
}

function requireFile(file: string | undefined, bytes: number): void {
  if (file === undefined) throw new Error('the machine has persistent memory without a file');
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.size === bytes) return;
  const what = stat === undefined ? 'is missing' : `has ${stat.size} bytes instead of ${bytes}`;
  throw new InfraError(`the memory file ${file} ${what}`, {
    hint: 'Run again: a saved guest that is damaged is made again.',
  });
}
