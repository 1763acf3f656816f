// SPDX-License-Identifier: GPL-2.0-only
// What the history says of each scenario on each kernel: since when it fails, how often, and whether it is flaky. Pure.

import { groupBy } from '../host/group-by.ts';
import { isAboutKernel } from '../results/verdicts.ts';
import type { HistoryCell, HistoryEntry } from './entry.ts';
import { failureRate, type Rate } from './wilson.ts';

/** A cell with what is known of its run. */
interface TrailCell extends HistoryCell {
  run: string;
  started: string;
  hazmat: string | undefined;
  qemu: string | undefined;
}

/** More passes in a row than this make a scenario stable on a kernel. */
const stableAfter = 15;

/**
 * stable: passed more than 15 times in a row. passing: passed the last time. failing: deviated the last time. flaky: passed and deviated
 * on the same inputs, and not been stable since.
 */
type State = 'stable' | 'passing' | 'failing' | 'flaky';

/** One kind of failure of a scenario on a kernel. */
export interface FailureKind {
  failure: string;
  why: string;
  bug: string | undefined;
  /** Whether a known issue covered it the last time. */
  expected: boolean;
  count: number;
  first: TrailCell;
  last: TrailCell;
}

export interface Trail {
  scenario: string;
  title: string;
  track: string;
  state: State;
  /** Verdicts about the kernel, the oldest first; those that were taken over from other runs are left out. */
  cells: TrailCell[];
  /** Passes in a row up to now, with the scenario as it is now. */
  passes: number;
  /** The first of the failures in a row up to now, with the scenario as it is now. */
  failingSince: TrailCell | undefined;
  /** Of the newest kernel version, with the scenario as it is now; at 95 % confidence. */
  rate: Rate;
  kinds: FailureKind[];
}

/** The trails of all scenarios on all kernels, in order of scenario and kernel. */
export function trailsOf(entries: readonly HistoryEntry[]): Trail[] {
  const cells = entries.flatMap(({ run, started, hazmat, qemu, cells: ofRun }) =>
    ofRun
      .filter((cell) => isAboutKernel(cell) && cell.reused === undefined)
      .map((cell): TrailCell => ({ ...cell, run, started, hazmat, qemu })),
  );
  return [...groupBy(cells, ({ scenario, track }) => JSON.stringify([scenario, track])).values()]
    .flatMap((members) => trailOf(members) ?? [])
    .sort((a, b) => compareWords(a.scenario, b.scenario) || compareKernels(a.track, b.track));
}

function trailOf(cells: TrailCell[]): Trail | undefined {
  const last = cells.at(-1);
  if (last === undefined) return undefined;
  const { scenario, title, track, content, version } = last;
  const asNow = cells.filter((cell) => cell.content === content);
  const ofVersion = asNow.filter((cell) => cell.version === version);
  const lastFailure = asNow.findLastIndex(isFailure);
  const lastPass = asNow.findLastIndex((cell) => !isFailure(cell));
  const passes = asNow.length - 1 - lastFailure;
  return {
    scenario,
    title,
    track,
    state: stateOf(asNow, passes),
    cells,
    passes,
    failingSince: isFailure(last) ? asNow[lastPass + 1] : undefined,
    rate: failureRate(ofVersion.filter(isFailure).length, ofVersion.length, 0.95),
    kinds: kindsOf(cells),
  };
}

function stateOf(cells: readonly TrailCell[], passes: number): State {
  if (passes > stableAfter) return 'stable';
  const byInputs = groupBy(cells, (cell) => cell.inputs ?? JSON.stringify([cell.kernelId, cell.kernel]));
  if ([...byInputs.values()].some((same) => same.some(isFailure) && !same.every(isFailure))) return 'flaky';
  return passes > 0 ? 'passing' : 'failing';
}

function kindsOf(cells: readonly TrailCell[]): FailureKind[] {
  const failures = cells.filter(isFailure);
  return [...groupBy(failures, kindOf).values()].flatMap((members) => {
    const [first, last] = [members[0], members.at(-1)];
    if (first === undefined || last === undefined) return [];
    const { why = last.verdict, bug, expected } = last;
    return [{ failure: kindOf(first), why, bug, expected, count: members.length, first, last }];
  });
}

function kindOf({ failure, verdict }: TrailCell): string {
  return failure ?? verdict;
}

function isFailure({ verdict }: Pick<HistoryCell, 'verdict'>): boolean {
  return verdict !== 'pass';
}

function compareWords(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `6.2` before `6.12`. */
function compareKernels(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
