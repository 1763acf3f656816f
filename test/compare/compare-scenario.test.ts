// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { compareScenario } from '../../harness/compare/compare-scenario.ts';
import { crash, fail, known, lost, pass, side, skip, type Told } from './compared.ts';

function compare(base: Told[], tested: Told[], unfinished: string[] = []): ReturnType<typeof compareScenario> {
  const sides = { base: side('debian:6.12', { a: base }), tested: side('debian:7.2', { a: tested }, { unfinished }) };
  const cells = { base: sides.base.cells, tested: sides.tested.cells };
  return compareScenario('a', cells, sides, { exact: false, timed: false });
}

test('a cell without a verdict is lost; a skip is not', () => {
  expect([compare([pass], [skip]).lost, compare([pass], [lost]).lost, compare([pass], [], ['a']).lost]).toEqual([
    false,
    true,
    true,
  ]);
});

test('the cell that is shown deviates unexpectedly if any does, else it is of the most frequent kind', () => {
  const { change } = compare(
    [pass, crash('f'), crash('f')],
    [crash('g', '1', known), crash('g', '1', known), fail('all')],
  );
  expect(change.base?.why).toContain('page fault in f');
  expect(change.tested?.why).toBe('read: all');
  expect(change.tested?.verdicts).toEqual([
    { verdict: 'crash', count: 2, known: 2 },
    { verdict: 'fail', count: 1, known: 0 },
  ]);
  expect(change.tested?.folder).toBe('/results/run-7.2/debian-7.2/a/3');
});

test('a scenario that is not comparable has neither deviations nor log, but shows what there is', () => {
  const { change } = compare([skip], [crash('f', '1', { log: ['BUG: x'] })]);
  expect(change).toMatchObject({ change: 'not comparable', regressed: false, appeared: [], log: { appeared: [] } });
  expect(change.tested?.verdicts).toEqual([{ verdict: 'crash', count: 1, known: 0 }]);
  expect(change.notes).toEqual(['skipped on base: needs 6.0']);
});

test('the known issue is named when nothing else explains the tested side', () => {
  expect(compare([pass], [crash('f', '1', known)]).change.known).toEqual(known.known);
  expect(compare([crash('f', '1', known)], [pass]).change.known).toBeUndefined();
});

test('a known issue that is recorded is no news for a side that fixes it; it is when neither side has it', () => {
  const unneeded = { ...pass, knownButPassed: { because: 'the count wraps' } };
  expect(compare([crash('f', '1', known)], [unneeded]).change).toMatchObject({ change: 'fixed', notes: [] });
  expect(compare([pass], [unneeded]).change.notes).toEqual([
    'passes although a known issue names this kernel: the count wraps',
  ]);
});
