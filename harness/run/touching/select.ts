// SPDX-License-Identifier: GPL-2.0-only
// Which scenarios a change of some functions can reach, by a map of what each executes. Pure.

import type { CoverageMap } from './coverage-map.ts';

/** What of a change a map can be asked about. */
export interface TouchedCode {
  /** Functions with a symbol that have the changed code in them. */
  names: readonly string[];
  /** Why that is not all, each a sentence; then every scenario is selected. */
  open: readonly string[];
}

/** A scenario, and why it is selected or left out. */
export interface Selected {
  selected: boolean;
  why: string;
}

const words = { steps: 'in its steps', setup: 'while it is set up', boot: 'at boot' } as const;

/** @param scenarios names with the key of their content */
export function selectScenarios(
  scenarios: ReadonlyMap<string, string | undefined>,
  { names, open }: TouchedCode,
  map: Pick<CoverageMap, 'scenarios'>,
): Map<string, Selected> {
  const of = (scenario: string, content: string | undefined): Selected => {
    if (open[0] !== undefined) return { selected: true, why: open[0] };
    const mapped = map.scenarios.get(scenario);
    if (mapped === undefined) return { selected: true, why: 'the map does not have it' };
    if (mapped.content !== content) return { selected: true, why: 'it has changed since the map was made' };
    for (const when of ['steps', 'setup', 'boot'] as const) {
      const executed = names.filter((name) => mapped[when].has(name));
      if (executed.length > 0) return { selected: true, why: `executes ${listed(executed)} ${words[when]}` };
    }
    return { selected: false, why: `executes none of ${listed(names)}` };
  };
  return new Map([...scenarios].map(([scenario, content]) => [scenario, of(scenario, content)]));
}

/** `a(), b() and 3 more` */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).map((name) => `${name}()`);
  const more = names.length - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more`;
}
