// SPDX-License-Identifier: GPL-2.0-only
// What changed from one night to the next: the same scenarios on the same kernels, in two runs of the history. Pure.

import { groupBy } from '../host/group-by.ts';
import { isAboutKernel, isKnown, isUnexpected } from '../results/verdicts.ts';
import type { HistoryCell, HistoryEntry } from './entry.ts';
import { trailsOf, type Trail } from './trails.ts';

/** A scenario on a kernel in a night; of repetitions the worst one. */
export interface NightCell {
  cell: HistoryCell;
  /** The same in the night before; undefined when it was not in it. */
  before: HistoryCell | undefined;
  trail: Trail | undefined;
}

export interface Night {
  entry: HistoryEntry;
  /** The last comparable night. */
  previous: HistoryEntry | undefined;
  /** A known issue is recorded; it happened the night before and no longer does. */
  gone: NightCell[];
  /** Unexpected failures that were there the night before as well. */
  repeated: NightCell[];
  /** Unexpected failures that were not, or were others. */
  appeared: NightCell[];
  /** Unexpected the night before, as expected now. */
  recovered: NightCell[];
  /** Known issues that did not happen the night before. */
  knownAgain: NightCell[];
  /** No verdict about the kernel, though there was one the night before. */
  lost: NightCell[];
  /** In the plan the night before, and without any verdict now. */
  missing: HistoryCell[];
  /** Kernels, hazmat and QEMU that are others now: name, before, now. */
  versions: [string, string, string][];
}

/**
 * A night against the last one before it that is comparable: of the same name, or at least with most of its cells.
 * @param entries the history, in order of time
 */
export function nightOf(entries: readonly HistoryEntry[], run: string): Night | undefined {
  const at = entries.findIndex((entry) => entry.run === run);
  const entry = entries[at];
  if (entry === undefined) return undefined;
  const previous = entries.slice(0, at).findLast((other) => isComparable(entry, other));
  const [now, then] = [worstCells(entry), worstCells(previous)];
  const trails = new Map(trailsOf(entries.slice(0, at + 1)).map((trail) => [keyOf(trail), trail]));
  const cells = [...now].map(([key, cell]): NightCell => ({ cell, before: then.get(key), trail: trails.get(key) }));
  const wasUnexpected = ({ before }: NightCell): boolean => before !== undefined && isUnexpected(before);
  const unexpected = cells.filter(({ cell }) => isUnexpected(cell));
  const repeated = unexpected.filter((one) => wasUnexpected(one) && one.before?.failure === one.cell.failure);
  const known = cells.filter(({ cell }) => isKnown(cell));
  return {
    entry,
    previous,
    gone: cells.filter(
      ({ cell, before }) =>
        cell.verdict === 'pass' && cell.knownButPassed === true && before !== undefined && isKnown(before),
    ),
    repeated,
    appeared: unexpected.filter((one) => !repeated.includes(one)),
    recovered: cells.filter((one) => isAboutKernel(one.cell) && !isUnexpected(one.cell) && wasUnexpected(one)),
    knownAgain: known.filter(({ before }) => before?.verdict === 'pass'),
    lost: cells.filter(
      ({ cell, before }) =>
        (cell.verdict === 'error' || cell.verdict === 'unbuilt') && before !== undefined && isAboutKernel(before),
    ),
    missing: entry.unfinished === 0 ? [] : [...then].flatMap(([key, cell]) => (now.has(key) ? [] : [cell])),
    versions: previous === undefined ? [] : changedVersions(previous, entry),
  };
}

/** `2026-11-29T01-00-00-nightly-2` is a night of `nightly`. */
function nameOf({ run }: HistoryEntry): string {
  return run.replace(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-/, '').replace(/-\d$/, '');
}

function isComparable(a: HistoryEntry, b: HistoryEntry): boolean {
  if (b.part === true || b.cells.length === 0) return false;
  const [keys, others] = [new Set(a.cells.map(keyOf)), new Set(b.cells.map(keyOf))];
  const shared = [...keys].filter((key) => others.has(key)).length;
  return nameOf(a) === nameOf(b) ? shared > 0 : shared * 2 > Math.max(keys.size, others.size);
}

/** Unexpected before lost, lost before known, known before the rest. */
function worstCells(entry: HistoryEntry | undefined): Map<string, HistoryCell> {
  const badness = (cell: HistoryCell): number =>
    isUnexpected(cell) ? 3 : cell.verdict === 'error' || cell.verdict === 'unbuilt' ? 2 : isKnown(cell) ? 1 : 0;
  const groups = groupBy(entry?.cells ?? [], keyOf);
  return new Map(
    [...groups].flatMap(([key, cells]) => {
      const [worst] = [...cells].sort((a, b) => badness(b) - badness(a));
      return worst === undefined ? [] : [[key, worst] as const];
    }),
  );
}

function keyOf({ scenario, track }: { scenario: string; track: string }): string {
  return JSON.stringify([scenario, track]);
}

function changedVersions(before: HistoryEntry, now: HistoryEntry): [string, string, string][] {
  const versionsOf = (entry: HistoryEntry): Map<string, string> =>
    new Map([
      ...entry.cells.filter(({ version }) => version !== '').map(({ track, version }) => [track, version] as const),
      ['hazmat', entry.hazmat ?? ''],
      ['QEMU', entry.qemu ?? ''],
    ]);
  const then = versionsOf(before);
  return [...versionsOf(now)].flatMap(([name, version]): [string, string, string][] => {
    const was = then.get(name);
    return was === undefined || was === version ? [] : [[name, was, version]];
  });
}
