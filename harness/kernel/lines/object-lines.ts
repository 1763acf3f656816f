// SPDX-License-Identifier: GPL-2.0-only
// The line table of an object of a build. The build has no debug information, which would take a third of its time; so the compiler's
// command, which kbuild keeps, is run again with it. The code is the same: the functions are compared.

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runProgram } from '../../host/program.ts';
import { readCompilerCommand, withDebugInformation } from './compiler-command.ts';
import { readDecodedLine } from './decoded-line.ts';
import { elfFunctions, type ElfFunction } from './elf-functions.ts';

/** Where code of a line begins in an object. */
interface ObjectLine {
  /** Of the object, without its address there. */
  function: Pick<ElfFunction, 'name' | 'size'>;
  /** Bytes from the begin of the function. */
  at: number;
  /** Absolute path. */
  file: string;
  line: number;
  statement: boolean;
}

export interface ObjectLines {
  /** The module that it is part of, as the kernel names it; undefined: it is built in. */
  module: string | undefined;
  /** The name of its source in symbol tables. */
  source: string;
  lines: ObjectLine[];
}

/** Where the linker puts the code, so that sections that all begin at 0 in an object have addresses of their own. */
const linkAddress = '0x1000000';

/**
 * @param root folder of the objects: the tree, or the folder of `O=`
 * @param object below it: `fs/dax.o`
 * @param scratch a folder for temporary files
 * @returns undefined when it was not compiled from C there
 * @throws InfraError when the compiler or a program of binutils fails
 */
export async function objectLines(
  root: string,
  object: string,
  scratch: string,
  signal?: AbortSignal,
): Promise<ObjectLines | undefined> {
  const folder = path.join(root, path.dirname(object));
  const commandFile = path.join(folder, `.${path.basename(object)}.cmd`);
  if (!existsSync(commandFile)) return undefined;
  const command = readCompilerCommand(readFileSync(commandFile, 'utf8'));
  if (command === undefined) return undefined;
  // `make M=FOLDER` of newer kernels runs in the folder and names the source without it.
  const cwd = command.source.includes('/') ? root : folder;
  const [made, linked] = [path.join(scratch, 'debug.o'), path.join(scratch, 'debug.elf')];
  const responseFile = path.join(scratch, 'arguments');
  writeFileSync(responseFile, withDebugInformation(command.argumentsText, made));
  await runProgram([...command.compiler, `@${responseFile}`], { cwd, signal });
  const link = ['ld', '-e', '0', `-Ttext=${linkAddress}`, '--unresolved-symbols=ignore-all', '--noinhibit-exec'];
  rmSync(linked, { force: true });
  await runProgram([...link, '-o', linked, made], { accept: [0, 1], signal });
  const functions = (await elfFunctions(linked, signal)).sort((a, b) => Number(a.address - b.address));
  const { stdout } = await runProgram(['objdump', '--dwarf=decodedline', linked], { signal });
  const rows = readDecodedLine(stdout);
  const lines = rows.flatMap(({ address, file, line, statement }): ObjectLine[] => {
    if (file === undefined) return [];
    const at = functionAt(functions, address);
    if (at === undefined) return [];
    const { name, size } = at;
    const offset = Number(address - at.address);
    return [{ function: { name, size }, at: offset, file: path.resolve(cwd, file), line, statement }];
  });
  return { module: command.module, source: path.basename(command.source), lines };
}

/** The function that an address is in; `functions` in the order of their addresses. */
function functionAt(functions: readonly ElfFunction[], address: bigint): ElfFunction | undefined {
  let [low, high] = [0, functions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((functions[middle]?.address ?? 0n) <= address) low = middle + 1;
    else high = middle;
  }
  const found = functions[low - 1];
  return found !== undefined && address < found.address + BigInt(found.size) ? found : undefined;
}
