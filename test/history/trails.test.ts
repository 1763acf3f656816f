// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { entryOf } from '../../harness/history/entry.ts';
import { trailsOf, type Trail } from '../../harness/history/trails.ts';
import type { CellResult } from '../../harness/results/events.ts';
import { failed, night, nightName, nights } from './histories.ts';

const pass: Partial<CellResult> = {};

/** The trail of one scenario over nights. */
function trail(...cells: Partial<CellResult>[]): Trail {
  const [only, ...more] = trailsOf(nights(...cells.map((cell) => ({ a: cell }))));
  if (only === undefined || more.length > 0) throw new Error('not one trail');
  return only;
}

const same = (count: number, cell: Partial<CellResult>) => Array.from({ length: count }, () => cell);
/** Each night has another kernel. */
const newer = (cell: Partial<CellResult>, index: number) => ({ ...cell, inputs: `kernel of night ${index}` });

test('failing since the first failure in a row; first and last seen of each kind', () => {
  const { state, failingSince, kinds, rate } = trail(
    ...[pass, failed('b'), pass, failed('b'), failed('c'), failed('c')].map(newer),
  );
  expect(state).toBe('failing');
  expect(failingSince?.run).toBe(nightName(4));
  expect(rate).toMatchObject({ failures: 4, total: 6 });
  expect(kinds.map(({ why, count, first, last }) => [why, count, first.run, last.run])).toEqual([
    ['b', 2, nightName(2), nightName(4)],
    ['c', 2, nightName(5), nightName(6)],
  ]);
});

test('stable is more than 15 passes in a row', () => {
  expect(trail(...same(15, pass))).toMatchObject({ state: 'passing', passes: 15 });
  expect(trail(...same(16, pass))).toMatchObject({ state: 'stable', passes: 16, failingSince: undefined });
});

test('a fail and a pass on the same inputs is flaky, until it is stable again', () => {
  expect(trail(pass, failed()).state).toBe('flaky');
  expect(trail(failed(), pass).state).toBe('flaky');
  expect(trail(failed(), ...same(15, pass)).state).toBe('flaky');
  expect(trail(failed(), ...same(16, pass)).state).toBe('stable');
  expect(trail(...[failed(), pass].map(newer)).state).toBe('passing');
});

test('what was not run on a kernel says nothing, nor what was taken over', () => {
  const error: Partial<CellResult> = { verdict: 'error', why: 'QEMU died' };
  expect(trail(pass, error, { verdict: 'skip' }, failed('x', { reused: { run: nightName(1) } })).cells).toHaveLength(1);
  expect(trailsOf(nights({ a: error }))).toEqual([]);
});

test('a scenario that was changed begins again, but what it showed stays known', () => {
  const changed = entryOf(nightName(3), night(3, { a: { content: 'another' } }));
  const [only] = trailsOf([...nights({ a: pass }, { a: failed() }), changed]);
  expect(only).toMatchObject({ state: 'passing', passes: 1, rate: { failures: 0, total: 1 } });
  expect(only?.kinds).toHaveLength(1);
});

test('each kernel line has its own trail; a line has one, whatever its version', () => {
  const entries = ['debian:6.12', '6.12', '7.2+fix', '6.2'].map((kernel, index) =>
    entryOf(nightName(index + 1), night(index + 1, { a: pass }, kernel)),
  );
  expect(trailsOf(entries).map(({ track, cells }) => [track, cells.length])).toEqual([
    ['6.2', 1],
    ['6.12', 2],
    ['7.2+fix', 1],
  ]);
});
