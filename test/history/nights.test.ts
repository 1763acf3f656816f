// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { entryOf } from '../../harness/history/entry.ts';
import { nightOf, type Night, type NightCell } from '../../harness/history/nights.ts';
import type { CellResult } from '../../harness/results/events.ts';
import { failed, night, nightName, nights } from './histories.ts';

const known = { because: 'b', bug: 'KB4' };
const knownFailure = failed('x', { expected: true, known });
const knownPassed: Partial<CellResult> = { knownButPassed: known };
const error: Partial<CellResult> = { verdict: 'error', expected: false, why: 'QEMU died' };

/** The last night of several. */
function last(...records: Record<string, Partial<CellResult>>[]): Night {
  const found = nightOf(nights(...records), nightName(records.length));
  if (found === undefined) throw new Error('no night');
  return found;
}

const names = (cells: readonly NightCell[]): string[] => cells.map(({ cell }) => cell.scenario);

test('each change is in one list, and what did not change in none', () => {
  const before = {
    passes: {},
    known: knownFailure,
    fixed: knownFailure,
    repeats: failed('a'),
    other: failed('a'),
    breaks: {},
    recovers: failed('a'),
    again: knownPassed,
    lost: {},
    'never known': error,
  };
  const now = {
    passes: {},
    known: knownFailure,
    fixed: knownPassed,
    repeats: failed('a'),
    other: failed('b'),
    breaks: failed('c'),
    recovers: {},
    again: knownFailure,
    lost: error,
    'never known': error,
  };
  const { gone, repeated, appeared, recovered, knownAgain, lost, missing, versions } = last(before, now);
  expect({
    gone: names(gone),
    repeated: names(repeated),
    appeared: names(appeared),
    recovered: names(recovered),
    knownAgain: names(knownAgain),
    lost: names(lost),
  }).toEqual({
    gone: ['fixed'],
    repeated: ['repeats'],
    appeared: ['other', 'breaks'],
    recovered: ['recovers'],
    knownAgain: ['again'],
    lost: ['lost'],
  });
  expect([missing, versions]).toEqual([[], []]);
});

test('a known issue that is gone is news once', () => {
  expect(names(last({ a: knownFailure }, { a: knownPassed }).gone)).toEqual(['a']);
  expect(names(last({ a: knownFailure }, { a: knownPassed }, { a: knownPassed }).gone)).toEqual([]);
});

test('the night before is the last comparable one: of that name, or with most of its cells', () => {
  const entries = [
    entryOf(nightName(1), night(1, { a: {}, b: {} })),
    entryOf('2026-11-02T01-00-00-a-single-run', night(2, { a: failed() })),
    entryOf('2026-11-03T01-00-00-other-name', night(3, { a: {}, b: {} })),
    entryOf(nightName(4), night(4, { a: {}, b: {}, c: {} })),
    entryOf('2026-11-05T01-00-00-nightly-of-7.2', night(5, { a: {} }, 'debian:7.2')),
  ];
  expect(nightOf(entries, nightName(4))?.previous?.run).toBe('2026-11-03T01-00-00-other-name');
  expect(nightOf(entries.toSpliced(2, 1), nightName(4))?.previous?.run).toBe(nightName(1));
  expect(nightOf(entries, '2026-11-05T01-00-00-nightly-of-7.2')?.previous).toBeUndefined();
  expect(nightOf(entries, 'none')).toBeUndefined();
});

test('what did not run is missing; what left the plan is not', () => {
  const [before, now] = nights({ a: {}, b: {} }, { a: {} });
  if (before === undefined || now === undefined) throw new Error('no nights');
  expect(nightOf([before, now], now.run)?.missing).toEqual([]);
  const cut = { ...now, unfinished: 1 };
  expect(nightOf([before, cut], now.run)?.missing.map(({ scenario }) => scenario)).toEqual(['b']);
});

test('a newer kernel, hazmat or QEMU is named', () => {
  const [before, now] = nights({ a: {} }, { a: { kernelVersion: '6.12.200' } });
  if (before === undefined || now === undefined) throw new Error('no nights');
  expect(nightOf([before, { ...now, qemu: '10.0' }], now.run)?.versions).toEqual([
    ['6.12', '6.12.107', '6.12.200'],
    ['QEMU', '7.2.22', '10.0'],
  ]);
});

test('of repetitions the worst one counts', () => {
  const record = night(2, { a: {} });
  const [cell] = record.cells;
  if (cell === undefined) throw new Error('no cell');
  const repeated = { ...record, cells: [{ ...cell, ...failed(), expected: false }, cell] };
  const entries = [...nights({ a: {} }), entryOf(nightName(2), repeated)];
  expect(names(nightOf(entries, nightName(2))?.appeared ?? [])).toEqual(['a']);
});
