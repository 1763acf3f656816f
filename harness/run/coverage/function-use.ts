// SPDX-License-Identifier: GPL-2.0-only
// Which functions the cells of a run have executed, all of them put together. Pure.

import { executedFunctions, sectionsByWhen, type When } from '../../kernel/executed/executed-functions.ts';
import { type KernelSymbols, type SymbolAt } from '../../kernel/executed/kernel-symbols.ts';
import { bytesWithin, spansOf } from '../../kernel/executed/spans.ts';
import type { ExecutedCell } from './read-executed.ts';

/** The scenarios that have executed a function, by when. */
type Users = Record<When, Set<string>>;

/** Who has executed what. */
export class FunctionUse {
  readonly scenarios = new Set<string>();
  readonly #users = new Map<SymbolAt, Users>();
  /** What was executed in steps, by section. */
  readonly #spans: ReadonlyMap<string, readonly number[]>;

  constructor(symbols: KernelSymbols, cells: Iterable<ExecutedCell>) {
    const pieces = new Map<string, number[]>();
    for (const { cell, phases } of cells) {
      this.scenarios.add(cell.scenario);
      const parts = sectionsByWhen(phases);
      for (const when of ['boot', 'setup', 'steps'] as const) {
        for (const { symbol } of executedFunctions(symbols, parts[when])) {
          const users = this.#users.get(symbol) ?? { boot: new Set(), setup: new Set(), steps: new Set() };
          users[when].add(cell.scenario);
          this.#users.set(symbol, users);
        }
      }
      for (const [key, spans] of parts.steps) {
        const own = pieces.get(key) ?? [];
        pieces.set(key, own);
        for (const place of spans) own.push(place);
      }
    }
    this.#spans = new Map([...pieces].map(([key, some]) => [key, spansOf(some)]));
  }

  /** The scenarios that have executed any of some symbols. */
  users(symbols: readonly SymbolAt[]): Users {
    const of = (when: When): Set<string> =>
      new Set(symbols.flatMap((symbol) => [...(this.#users.get(symbol)?.[when] ?? [])]));
    return { boot: of('boot'), setup: of('setup'), steps: of('steps') };
  }

  /** How many bytes of a symbol were executed in steps. */
  bytesOf({ start, size }: SymbolAt, key: string): number {
    return bytesWithin(this.#spans.get(key) ?? [], start, start + size);
  }
}
