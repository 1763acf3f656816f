// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { leftOut, outOfDate } from '../../harness/compare/left-out.ts';
import { crash, lost, pass, side, skip, type Told, unbuilt } from './compared.ts';

function notes(base: Told[], tested: Told[], more: Partial<ReturnType<typeof side>> = {}): string[] {
  const sides = { base: side('debian:6.12', { a: base }), tested: side('debian:7.2', { a: tested }, more) };
  return leftOut('a', { base: sides.base.cells, tested: sides.tested.cells }, sides);
}

test('each reason is named, with the side', () => {
  expect(notes([pass], [pass])).toEqual([]);
  expect(notes([pass], [skip])).toEqual(['skipped on tested: needs 6.0']);
  expect(notes([pass, lost], [pass])).toEqual(['infrastructure error on base in 1 of 2 repetitions: QEMU was killed']);
  expect(notes([pass], [unbuilt])).toEqual(['no kernel could be built on tested: 7.2 with s does not compile']);
  expect(notes([], [pass])).toEqual(['not in the base run']);
});

test('a run that ended early is named', () => {
  expect(notes([pass], [], { unfinished: ['a'] })).toEqual(['no verdict on tested: the run ended early']);
  expect(notes([pass], [pass], { unfinished: ['a'] })).toEqual([
    'some repetitions on tested have no verdict: the run ended early',
  ]);
  expect(notes([pass], [pass], { unfinished: ['b'] })).toEqual([]);
});

test('a base with a series on it is called patched', () => {
  expect(notes([pass], [skip], { kernel: 'debian:6.12+s.patch' })).toEqual(['skipped on patched: needs 6.0']);
});

test('a known issue that did not occur is worth a note', () => {
  const [cell] = side('debian:7.2', { a: [{ ...pass, knownButPassed: { because: 'the count wraps' } }] }).cells;
  expect(outOfDate(cell)).toEqual(['passes although a known issue names this kernel: the count wraps']);
  expect(outOfDate(side('debian:7.2', { a: [crash('f')] }).cells[0])).toEqual([]);
  expect(outOfDate(undefined)).toEqual([]);
});
