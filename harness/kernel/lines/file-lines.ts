// SPDX-License-Identifier: GPL-2.0-only
// Where the code of each line of some source files is, in a kernel whose functions are known.

import path from 'node:path';
import { groupBy } from '../../host/group-by.ts';
import type { KernelSymbols, SymbolAt } from '../executed/kernel-symbols.ts';
import { objectLines } from './object-lines.ts';

/** A place where code of a line begins. A line may have several. */
export interface CodeLine {
  line: number;
  /** `vmlinux`, or a module as /sys/module names it. */
  image: string;
  section: string;
  /** Offset in the section. */
  at: number;
  /** A statement of the line begins there (series-lines.ts). */
  statement: boolean;
}

/** A function in the image ends where the next one begins, after padding: that of its alignment, and what is before the next one. */
const mostPadding = 48;

/**
 * By file below the tree. What was not compiled from C, or is not in the kernel as it was compiled, is missing.
 * @param tree the source; `objects`: where it was built
 * @param scratch a folder for temporary files
 * @throws InfraError when the compiler or a program of binutils fails
 */
export async function fileLines(
  { tree, objects }: { tree: string; objects: string },
  files: readonly string[],
  symbols: KernelSymbols,
  scratch: string,
  signal?: AbortSignal,
): Promise<Map<string, CodeLine[]>> {
  const places = new FunctionPlaces(symbols);
  const found = new Map<string, CodeLine[]>();
  for (const file of files) {
    const object = await objectLines(objects, file.replace(/\.c$/, '.o'), scratch, signal);
    if (object === undefined) continue;
    const lines = object.lines.flatMap((one): CodeLine[] => {
      const place = path.relative(tree, one.file) === file ? places.find(object.module, one.function) : undefined;
      if (place === undefined) return [];
      const { image, section, offset } = place;
      return [{ line: one.line, image, section, at: offset + one.at, statement: one.statement }];
    });
    if (lines.length > 0) found.set(file, lines);
  }
  return found;
}

/** Where functions are, by image and name. */
export class FunctionPlaces {
  readonly #byName: ReadonlyMap<string, { section: string; symbol: SymbolAt }[]>;

  constructor({ sections }: KernelSymbols) {
    const all = [...sections].flatMap(([key, symbols]) => {
      const [image = '', section = ''] = key.split(' ');
      return symbols.map((symbol) => ({ image, section, symbol }));
    });
    this.#byName = groupBy(all, ({ image, symbol }) => `${image} ${symbol.name}`);
  }

  /** Undefined when there is none of this name and size, or more than one. */
  find(
    module: string | undefined,
    { name, size }: { name: string; size: number },
  ): { image: string; section: string; offset: number } | undefined {
    const image = module ?? 'vmlinux';
    const padding = module === undefined ? mostPadding : 0;
    const same = (this.#byName.get(`${image} ${name}`) ?? []).filter(
      ({ symbol }) => symbol.size >= size && symbol.size <= size + padding,
    );
    const [only] = same;
    return only === undefined || same.length > 1
      ? undefined
      : { image, section: only.section, offset: only.symbol.start };
  }
}
