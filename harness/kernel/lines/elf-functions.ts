// SPDX-License-Identifier: GPL-2.0-only
// The functions in an object, a module or a vmlinux, by readelf.

import { runProgram } from '../../host/program.ts';
import { elfSections } from './elf-sections.ts';

/** A function of an ELF file. */
export interface ElfFunction {
  name: string;
  /** Its section: `.text`, `.text.unlikely`. */
  section: string;
  /** Where it begins: an address; in a relocatable file (an object, a module) the same as `offset`. */
  address: bigint;
  /** Where it begins in its section. */
  offset: number;
  /** Bytes. */
  size: number;
  /** The source file that the symbol table names for it, without folders; undefined for a global symbol. */
  source: string | undefined;
}

/** @throws InfraError when readelf fails */
export async function elfFunctions(file: string, signal?: AbortSignal): Promise<ElfFunction[]> {
  const { stdout } = await runProgram(['readelf', '--wide', '--section-headers', '--symbols', file], { signal });
  return readElfFunctions(stdout);
}

/** Reads what `readelf -WSs` prints. Pure. */
export function readElfFunctions(text: string): ElfFunction[] {
  const sections = new Map(elfSections(text).map((section) => [section.number, section]));
  const functions: ElfFunction[] = [];
  let source: string | undefined;
  for (const line of text.split('\n')) {
    const symbol = /^ *\d+: ([0-9a-f]+) +(\d+|0x[0-9a-f]+) (\w+) +(\w+) +\w+ +(\S+) (.*)$/.exec(line);
    if (symbol === null) continue;
    const [, value = '', size = '', type, binding, index = '', name = ''] = symbol;
    if (type === 'FILE') source = name;
    const inSection = sections.get(index);
    if (type !== 'FUNC' || inSection === undefined || Number(size) === 0) continue;
    const of = binding === 'LOCAL' ? source : undefined;
    const address = BigInt(`0x${value}`);
    const offset = Number(address - inSection.address);
    functions.push({ name, section: inSection.name, address, offset, size: Number(size), source: of });
  }
  return functions;
}
