// SPDX-License-Identifier: GPL-2.0-only
// What became of mutants, as a Markdown table that also reads well in a terminal. Pure.

import type { MutantOutcome } from '../kills.ts';

const othersShown = 4;

/** One row a mutant: its outcome, who killed it for the right reason, who else noticed. */
export function mutantsTable(outcomes: readonly MutantOutcome[]): string {
  const rows = outcomes.map(({ mutant, outcome, kills, missed, lost }) => [
    mutant,
    outcome === 'killed' ? 'killed' : outcome.toUpperCase(),
    kills
      .filter(({ right }) => right)
      .map(place)
      .join('<br>') || missed.map((one) => `(expected: ${place(one)})`).join('<br>'),
    others(kills.filter(({ right }) => !right).map(place), lost),
  ]);
  const head = ['mutant', 'outcome', 'killed by (step)', 'also noticed by'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** `42 mutants: 41 killed, 1 survived`. */
export function mutantsSummary(outcomes: readonly MutantOutcome[]): string {
  const count = (wanted: MutantOutcome['outcome']): number => outcomes.filter(({ outcome }) => outcome === wanted).length;
  const words = (['killed', 'wrong reason', 'survived', 'lost'] as const)
    .map((outcome) => [count(outcome), outcome] as const)
    .filter(([number, outcome]) => number > 0 || outcome === 'killed' || outcome === 'survived')
    .map(([number, outcome]) => `${number} ${outcome}`);
  return `${outcomes.length} ${outcomes.length === 1 ? 'mutant' : 'mutants'}: ${words.join(', ')}`;
}

function place({ scenario, step }: { scenario: string; step: string }): string {
  return `${scenario} (${step})`;
}

function others(places: readonly string[], lost: readonly string[]): string {
  const shown = places.slice(0, othersShown);
  const more = places.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : []), ...lost.map((one) => `lost: ${one}`)].join('<br>');
}
