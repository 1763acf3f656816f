// SPDX-License-Identifier: GPL-2.0-only
// Which symbols are the functions of a source file. Symbol tables of stock kernels name no files, and static functions of several files may
// have the same name; but the functions of a file are next to each other in one image. Pure.

import { groupBy } from '../../host/group-by.ts';
import { sourceName, type KernelSymbols, type SymbolAt } from '../../kernel/executed/kernel-symbols.ts';

export interface PlacedSymbol {
  symbol: SymbolAt;
  /** `IMAGE SECTION` */
  key: string;
}

/** All symbols by the name in the source. */
export class SymbolsByName {
  readonly #byName: ReadonlyMap<string, PlacedSymbol[]>;

  constructor({ sections }: KernelSymbols) {
    const all = [...sections].flatMap(([key, symbols]) => symbols.map((symbol) => ({ symbol, key })));
    this.#byName = groupBy(all, ({ symbol }) => sourceName(symbol.name));
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Of each function of a file its symbols; none for one that was inlined. */
  ofFile(functions: readonly string[]): Map<string, PlacedSymbol[]> {
    const sure = functions
      .flatMap((name) => this.#whole(name))
      .filter((one) => this.#whole(sourceName(one.symbol.name)).length === 1);
    const image = most(sure.map(({ key }) => imageOf(key)));
    const near = middle(sure.filter(({ key }) => imageOf(key) === image).map(({ symbol }) => symbol.start));
    return new Map(functions.map((name) => [name, this.#chosen(name, image, near)]));
  }

  /** What is not only the unlikely part of a function. */
  #whole(name: string): PlacedSymbol[] {
    return (this.#byName.get(name) ?? []).filter(({ symbol }) => !isPart(symbol));
  }

  #chosen(name: string, image: string | undefined, near: number): PlacedSymbol[] {
    const all = this.#byName.get(name) ?? [];
    const own = all.filter(({ key }) => image === undefined || imageOf(key) === image);
    const whole = own.filter(({ symbol }) => !isPart(symbol));
    // Several copies that the compiler made of one function have names of their own.
    if (new Set(whole.map(({ symbol }) => symbol.name)).size === whole.length) return own;
    const nearest = whole.sort((a, b) => Math.abs(a.symbol.start - near) - Math.abs(b.symbol.start - near))[0];
    return nearest === undefined ? [] : [nearest];
  }
}

function isPart({ name }: SymbolAt): boolean {
  return name.includes('.cold');
}

function imageOf(key: string): string {
  return key.split(' ')[0] ?? '';
}

function most(words: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

function middle(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
}
