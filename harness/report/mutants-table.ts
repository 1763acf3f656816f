// SPDX-License-Identifier: GPL-2.0-only
// Outcomes of mutants, as a Markdown table that also reads well in a terminal. Pure.

import { outcomes as allOutcomes, type MutantOutcome } from '../compare/kills.ts';
import { ranWords } from '../compare/ran.ts';

const placesShown = 4;

/** One row a mutant: its outcome, which scenarios killed it for the right reason, which others failed. */
export function mutantsTable(outcomes: readonly MutantOutcome[]): string {
  const rows = outcomes.map(({ mutant, outcome, kills, missed, noVerdict, ran }) => [
    mutant,
    outcome === 'killed' ? 'killed' : outcome.toUpperCase(),
    places(kills.filter(({ right }) => right)) || missed.map((one) => `(expected: ${place(one)})`).join('<br>'),
    [
      places(kills.filter(({ right }) => !right)),
      outcome === 'survived' ? ranWords(ran) : '',
      ...noVerdict.map((one) => `${outcome}: ${one.replaceAll('\n', '<br>')}`),
    ]
      .filter((text) => text !== '')
      .join('<br>'),
  ]);
  const head = ['mutant', 'outcome', 'killed by (step)', 'also failed'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** `42 mutants: 40 killed, 2 survived (1 of them never executed)`. */
export function mutantsSummary(outcomes: readonly MutantOutcome[]): string {
  const count = (wanted: MutantOutcome['outcome']): number =>
    outcomes.filter(({ outcome }) => outcome === wanted).length;
  const words = allOutcomes
    .map((outcome) => [count(outcome), outcome] as const)
    .filter(([number, outcome]) => number > 0 || outcome === 'killed' || outcome === 'survived')
    .map(([number, outcome]) => `${number} ${outcome}${outcome === 'survived' ? neverWords(outcomes) : ''}`);
  return `${outcomes.length} ${outcomes.length === 1 ? 'mutant' : 'mutants'}: ${words.join(', ')}`;
}

function neverWords(outcomes: readonly MutantOutcome[]): string {
  const never = outcomes.filter(({ outcome, ran }) => outcome === 'survived' && ran?.state === 'never').length;
  return never === 0 ? '' : ` (${never} of them never executed)`;
}

function place({ scenario, step }: { scenario: string; step: string }): string {
  return `${scenario} (${step})`;
}

function places(kills: readonly { scenario: string; step: string }[]): string {
  const shown = kills.slice(0, placesShown).map(place);
  const more = kills.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('<br>');
}
