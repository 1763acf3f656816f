// SPDX-License-Identifier: GPL-2.0-only
// Whether scenarios execute what a series changes, by the map: for what only removes lines, of which no line can be looked for.

import type { Ran } from '../../compare/ran.ts';
import { HazmatError } from '../../host/errors.ts';
import { resultsRoot } from '../../host/places.ts';
import { sourceOfKernel } from '../../kernel/base-source.ts';
import { readChanges } from '../../kernel/functions/read-changes.ts';
import { touchedFunctions } from '../../kernel/functions/touched-code.ts';
import { lineOf } from '../../kernel/stock/stock.ts';
import { readCoverageMap } from './coverage-map.ts';

/** Undefined when there is no map of the kernel's line, or when it is not known which functions have the changed code in them. */
export async function ranByMap(
  kernel: string,
  version: string,
  scenarios: readonly string[],
): Promise<Ran | undefined> {
  const map = readCoverageMap(resultsRoot(), lineOf(version));
  if (map === undefined) return undefined;
  try {
    const { names, open } = touchedFunctions(await readChanges(await sourceOfKernel(kernel)), (name) =>
      map.symbols.has(name),
    );
    if (open.length > 0) return undefined;
    const ran = scenarios.filter((scenario) => {
      const mapped = map.scenarios.get(scenario);
      return (
        mapped !== undefined &&
        names.some((name) => [mapped.boot, mapped.setup, mapped.steps].some((set) => set.has(name)))
      );
    });
    const isKnown = scenarios.every((scenario) => map.scenarios.has(scenario));
    if (ran.length === 0) return isKnown ? { state: 'never', scenarios: [] } : undefined;
    return { state: 'perhaps', scenarios: ran };
  } catch (error) {
    if (error instanceof HazmatError) return undefined;
    throw error;
  }
}
