// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import {
  classify,
  fingerprintOf,
  fingerprintWords,
  distinguishingScenarios,
  flakyScenarios,
} from '../../harness/compare/fingerprint.ts';
import { lost, crash, fail, pass, side, skip, type Told } from './compared.ts';

const cells = (scenarios: Record<string, Told[]>): ReturnType<typeof side>['cells'] => side('git:x@a', scenarios).cells;

test('ends differ in the scenarios of which no repetition shows what the other end shows', () => {
  const good = cells({ a: [pass], b: [pass, crash('f')], c: [pass], d: [skip], e: [pass] });
  const bad = cells({ a: [crash('f')], b: [pass], c: [pass], d: [crash('f')], e: [lost] });
  expect(distinguishingScenarios(good, bad).map(({ scenario }) => scenario)).toEqual(['a']);
});

test('repetitions that do not agree are not stable', () => {
  expect(
    flakyScenarios(cells({ a: [pass, pass], b: [pass, fail('x')], c: [crash('f', '1'), crash('f', '2')] })),
  ).toEqual(['b']);
});

describe('a commit between', () => {
  const ends = distinguishingScenarios(cells({ a: [pass], b: [fail('some')] }), cells({ a: [crash('f')], b: [pass] }));

  test.each<[string, Record<string, Told[]>, string]>([
    ['shows what the good end shows', { a: [pass], b: [fail('some')] }, 'good'],
    ['shows what the bad end shows, in one scenario', { a: [crash('f')], b: [fail('some')] }, 'bad'],
    ['passes where the bad end passes', { a: [pass], b: [pass] }, 'bad'],
    ['crashes elsewhere', { a: [crash('g')], b: [fail('some')] }, 'other'],
    ['does not boot', { a: [lost], b: [lost] }, 'other'],
    ['shows the change in one repetition', { a: [pass, crash('f')], b: [fail('some')] }, 'bad'],
    ['shows another stack of the same crash', { a: [crash('f', 'other')], b: [fail('some')] }, 'bad'],
  ])('%s', (_what, shown, kind) => {
    expect(classify(ends, cells(shown))).toBe(kind);
  });
});

test('a fingerprint is told in one line', () => {
  const words = (told: Told): string => fingerprintWords(fingerprintOf(cells({ a: [told] })[0] ?? never()) ?? '');
  expect(words(pass)).toBe('pass');
  expect(words(crash('f'))).toBe('crash: page-fault:f');
  expect(words(fail('all'))).toBe('fail: read page 2 of /mnt/data');
});

function never(): never {
  throw new Error('no cell');
}
