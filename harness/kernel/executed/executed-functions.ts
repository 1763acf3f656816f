// SPDX-License-Identifier: GPL-2.0-only
// From bytes that were executed to functions. Pure.

import type { ExecutedPhase, ExecutedSections } from './executed-file.ts';
import { sourceName, type KernelSymbols, type SymbolAt } from './kernel-symbols.ts';
import { bytesWithin, union } from './spans.ts';

/** A function of which something was executed. */
export interface ExecutedFunction {
  symbol: SymbolAt;
  /** `vmlinux`, or a module. */
  image: string;
  bytes: number;
}

export function executedFunctions({ sections }: KernelSymbols, executed: ExecutedSections): ExecutedFunction[] {
  return [...executed].flatMap(([key, spans]) =>
    (sections.get(key) ?? []).flatMap((symbol): ExecutedFunction[] => {
      const bytes = bytesWithin(spans, symbol.start, symbol.start + symbol.size);
      return bytes === 0 ? [] : [{ symbol, image: key.split(' ')[0] ?? '', bytes }];
    }),
  );
}

/** The names in the source of the functions that were executed. */
export function executedNames(symbols: KernelSymbols, executed: ExecutedSections): Set<string> {
  return new Set(executedFunctions(symbols, executed).map(({ symbol }) => sourceName(symbol.name)));
}

/** When something was executed: `steps` is all that a fork does, the time until its first step included. */
export type When = 'boot' | 'setup' | 'steps';

/** The phases as those three. */
export function sectionsByWhen(phases: readonly ExecutedPhase[]): Record<When, ExecutedSections> {
  const of = (wanted: readonly ExecutedPhase['phase'][]): ExecutedSections => {
    const some = phases.filter(({ phase }) => wanted.includes(phase));
    const keys = new Set(some.flatMap(({ sections }) => [...sections.keys()]));
    return new Map([...keys].map((key) => [key, union(some.map(({ sections }) => sections.get(key) ?? []))]));
  };
  return { boot: of(['boot', 'reboot']), setup: of(['setup']), steps: of(['start', 'step']) };
}
