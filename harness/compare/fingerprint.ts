// SPDX-License-Identifier: GPL-2.0-only
// What a kernel shows in a scenario, in a form that can be compared along a history of commits. Pure.

import { keysOf } from './deviation-key.ts';
import type { CellResult } from '../results/events.ts';
import { isAboutKernel } from '../results/verdicts.ts';

/**
 * Verdict and deviations of a cell as one text; stacks count by function, since their frames change from commit to commit.
 * Undefined for a cell that says nothing about the kernel: skip, error, unbuilt.
 */
export function fingerprintOf(cell: CellResult): string | undefined {
  if (!isAboutKernel(cell)) return undefined;
  return [cell.verdict, ...new Set(keysOf(cell, false).toSorted())].join('\n');
}

/** A fingerprint in words, on one line: the verdict and its first deviation. */
export function fingerprintWords(fingerprint: string): string {
  const [verdict = '', first, ...others] = fingerprint.split('\n');
  if (first === undefined) return verdict;
  // The key of a deviation without a function is its kind, step and title (deviation-key.ts).
  const [key = '', , title] = first.split('|');
  return `${verdict}: ${title ?? key}${others.length === 0 ? '' : ` (and ${others.length} more)`}`;
}

/** By scenario: every fingerprint that was seen over the repetitions; a scenario with a cell that has no verdict is left out. */
function fingerprints(cells: readonly CellResult[]): Map<string, Set<string>> {
  const seen = new Map<string, Set<string>>();
  const open = new Set<string>();
  for (const cell of cells) {
    const fingerprint = fingerprintOf(cell);
    if (fingerprint === undefined) open.add(cell.scenario);
    else seen.set(cell.scenario, (seen.get(cell.scenario) ?? new Set()).add(fingerprint));
  }
  for (const scenario of open) seen.delete(scenario);
  return seen;
}

/** Scenarios whose repetitions disagree. */
export function flakyScenarios(cells: readonly CellResult[]): string[] {
  return [...fingerprints(cells)].flatMap(([scenario, all]) => (all.size > 1 ? [scenario] : []));
}

/** What the two ends of a history show in the scenarios in which they differ. */
export interface Ends {
  scenario: string;
  good: ReadonlySet<string>;
  bad: ReadonlySet<string>;
}

/** The scenarios that distinguish the ends: nothing that one end shows is shown by the other. */
export function distinguishingScenarios(good: readonly CellResult[], bad: readonly CellResult[]): Ends[] {
  const [left, right] = [fingerprints(good), fingerprints(bad)];
  return [...left].flatMap(([scenario, shown]): Ends[] => {
    const other = right.get(scenario);
    if (other === undefined || [...shown].some((one) => other.has(one))) return [];
    return [{ scenario, good: shown, bad: other }];
  });
}

/**
 * Where a commit belongs: `bad` as soon as a scenario shows what the bad end shows, `good` when all show what the good end
 * shows, `other` when something is seen that neither end shows or there is no verdict.
 */
export function classify(ends: readonly Ends[], cells: readonly CellResult[]): 'good' | 'bad' | 'other' {
  const seen = fingerprints(cells);
  const every = ends.map(({ scenario, good, bad }) => {
    const shown = [...(seen.get(scenario) ?? [])];
    if (shown.some((one) => bad.has(one))) return 'bad';
    return shown.length > 0 && shown.every((one) => good.has(one)) ? 'good' : 'other';
  });
  if (every.includes('bad')) return 'bad';
  return every.every((one) => one === 'good') ? 'good' : 'other';
}
