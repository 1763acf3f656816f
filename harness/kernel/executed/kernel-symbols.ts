// SPDX-License-Identifier: GPL-2.0-only
// The functions of a kernel and of its modules: where each is. Kept with what was executed, so that a run explains itself.

import { gunzipSync, gzipSync } from 'node:zlib';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeWholeFile } from '../../host/atomic-file.ts';
import { fromDistances, toDistances } from './spans.ts';

const sectionSchema = z.strictObject({
  /** Where each function begins, in order, as distances (spans.ts); several names may stand for one place. */
  starts: z.array(z.int().nonnegative()),
  /** Bytes. */
  sizes: z.array(z.int().positive()),
  names: z.array(z.string()),
});

const symbolsSchema = z.strictObject({
  version: z.literal(1),
  /** As `uname -r` prints it. */
  release: z.string(),
  /** `IMAGE SECTION` to its functions; of vmlinux all offsets are from _text. */
  sections: z.record(z.string(), sectionSchema),
});

/** A function as symbol tables name it: `dax_iomap_rw`, `xfs_free_extent.isra.0`. */
export interface SymbolAt {
  name: string;
  start: number;
  size: number;
}

export interface KernelSymbols {
  release: string;
  sections: ReadonlyMap<string, readonly SymbolAt[]>;
}

/** The name in the source: without what the compiler adds to a part or a copy of a function. */
export function sourceName(symbol: string): string {
  return symbol.replace(/\.(?:isra|part|constprop|cold|llvm)\b.*$/, '');
}

export function writeSymbols(file: string, { release, sections }: KernelSymbols): void {
  const kept: z.input<typeof symbolsSchema> = {
    version: 1,
    release,
    sections: Object.fromEntries(
      [...sections].map(([key, symbols]) => [
        key,
        {
          starts: toDistances(symbols.map(({ start }) => start)),
          sizes: symbols.map(({ size }) => size),
          names: symbols.map(({ name }) => name),
        },
      ]),
    ),
  };
  writeWholeFile(file, gzipSync(JSON.stringify(kept), { level: 9 }), { makeFolders: true });
}

/** Undefined when there is no such file, or one that is damaged or of another version. */
export function readSymbols(file: string): KernelSymbols | undefined {
  if (!existsSync(file)) return undefined;
  const kept = symbolsSchema.safeParse(unpacked(file)).data;
  if (kept === undefined) return undefined;
  const sections = Object.entries(kept.sections).map(([key, { starts, sizes, names }]): [string, SymbolAt[]] => [
    key,
    fromDistances(starts).map((start, index) => ({ name: names[index] ?? '', start, size: sizes[index] ?? 0 })),
  ]);
  return { release: kept.release, sections: new Map(sections) };
}

function unpacked(file: string): unknown {
  try {
    return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Reads `ADDRESS TYPE NAME` of the kernel itself, as /proc/kallsyms has it: a function ends where the next one begins. Pure.
 * @returns undefined when there is no _text
 */
export function readKallsyms(text: string): SymbolAt[] | undefined {
  const lines = text.split('\n').flatMap((line) => {
    const [, hex = '', name] = /^([0-9a-f]{8,16}) (\S+)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ address: Number(BigInt.asUintN(32, BigInt(`0x${hex}`))), name }];
  });
  const text_ = lines.find(({ name }) => name === '_text')?.address;
  if (text_ === undefined) return undefined;
  const end =
    lines.find(({ name }) => name === '_einittext')?.address ??
    lines.find(({ name }) => name === '_etext')?.address ??
    Infinity;
  const sorted = lines
    .filter(({ address }) => address >= text_ && address <= end)
    .sort((a, b) => a.address - b.address);
  const symbols: SymbolAt[] = [];
  let next = sorted.at(-1)?.address ?? 0;
  let here = next;
  for (const { address, name } of sorted.toReversed()) {
    if (address !== here) [next, here] = [here, address];
    // What is before a function is padding (__pfx_: scripts of the kernel's build); labels are no functions.
    if (next > address && !/^(?:__pfx_|__cfi_|_s?text$|_e(?:init)?text$)/.test(name))
      symbols.push({ name, start: address - text_, size: next - address });
  }
  return symbols.reverse();
}
