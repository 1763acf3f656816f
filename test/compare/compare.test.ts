// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it, test } from 'vitest';
import { compareSides, comparisonExitCode } from '../../harness/compare/compare.ts';
import type { ScenarioChange } from '../../harness/compare/comparison.ts';
import { lost, crash, fail, known, pass, side, skip, type Told, unbuilt } from './compared.ts';

const [old, mid, late] = ['debian:6.12', 'debian:6.12', 'debian:7.2'];

function change(base: Told[], tested: Told[], kernels: [string, string] = [old, late]): ScenarioChange {
  const comparison = compareSides(
    side(kernels[0], { a: base }),
    side(kernels[1], { a: tested }, { folder: '/results/other' }),
  );
  const [only] = comparison.scenarios;
  if (only === undefined) throw new Error('no scenario');
  return only;
}

const hang = (where: string, hash: string, more: Told = {}): Told => ({
  ...crash(where, hash, more),
  verdict: 'hang',
  deviations: [
    {
      kind: 'hang',
      step: 'unbind',
      title: `hang in unbind pmem0: ${where} is running`,
      function: where,
      fingerprint: `hang:${where}:${hash}`,
    },
  ],
});

describe('what became of a scenario', () => {
  it.each<[string, Told[], Told[], string, boolean]>([
    ['passes on both', [pass], [pass], 'unchanged', false],
    ['crashes now', [pass], [crash('f')], 'regressed', true],
    ['passes now', [crash('f')], [pass], 'fixed', false],
    ['passes now, and was known', [crash('f', '1', known)], [pass], 'fixed', false],
    ['deviates now as known', [pass], [crash('f', '1', known)], 'known', false],
    ['crashes on both in one function', [crash('f')], [crash('f')], 'unchanged', false],
    ['crashes on both, in another function', [crash('f')], [crash('g')], 'changed', true],
    ['hangs where it crashed', [crash('f')], [hang('f', '1')], 'changed', true],
    ['fails on both with the same', [fail('all')], [fail('all')], 'unchanged', false],
    ['fails on both with another value', [fail('all')], [fail('0 bytes')], 'changed', true],
    ['fails on both at another address', [fail('at 0x7f19233c8000')], [fail('at 0x7f071923c000')], 'unchanged', false],
    ['crashes as known in another function', [crash('f', '1', known)], [crash('g', '1', known)], 'known', false],
    ['fails as known with another value', [fail('page 1', known)], [fail('page 2', known)], 'unchanged', false],
    [
      'fails as known, with another value each time',
      [fail('page 1', known), fail('page 2', known)],
      [fail('page 3', known)],
      'unchanged',
      false,
    ],
    ['crashes in some repetitions', [pass, pass, pass], [pass, crash('f'), pass], 'flaky', true],
    ['crashed in some repetitions as before', [pass, crash('f')], [crash('f'), pass], 'flaky', false],
    ['crashed in some repetitions before only', [pass, crash('f')], [pass, pass], 'flaky', false],
    ['is skipped now', [pass], [skip], 'not comparable', false],
    ['was skipped', [skip], [crash('f')], 'not comparable', false],
    ['has an infrastructure error', [pass], [lost], 'not comparable', false],
    ['has an infrastructure error in one repetition', [pass, pass], [pass, lost], 'unchanged', false],
    ['is not there', [pass], [], 'not comparable', false],
  ])('%s', (_what, base, tested, word, regressed) => {
    const { change: found, regressed: bad } = change(base, tested);
    expect([found, bad]).toEqual([word, regressed]);
  });

  test('between kernel lines a crash is known by its function, within one by its whole fingerprint', () => {
    expect(change([crash('f', 'aaaa')], [crash('f', 'bbbb')], [old, late]).change).toBe('unchanged');
    expect(change([crash('f', 'aaaa')], [crash('f', 'bbbb')], [old, mid]).change).toBe('changed');
  });

  test('a new deviation besides the old one is news, one less is none', () => {
    const [one, two] = [crash('f'), fail('all')];
    const both: Told = { ...one, deviations: [...(one.deviations ?? []), ...(two.deviations ?? [])] };
    const worse = change([one], [both]);
    expect([
      worse.change,
      worse.regressed,
      worse.appeared.map(({ kind }) => kind),
      worse.stayed.map(({ kind }) => kind),
    ]).toEqual(['changed', true, ['fail'], ['crash']]);
    const better = change([both], [one]);
    expect([better.change, better.regressed, better.gone.map(({ kind }) => kind)]).toEqual([
      'changed',
      false,
      ['fail'],
    ]);
  });

  test('the share of repetitions that show a deviation is counted', () => {
    const { appeared, base, tested } = change([pass, pass], [pass, crash('f')]);
    expect(appeared.map(({ cells, of }) => [cells, of])).toEqual([[1, 2]]);
    expect(base?.verdicts).toEqual([{ verdict: 'pass', count: 2, known: 0 }]);
    expect(tested?.why).toContain('page fault in f');
  });
});

test.each<[string, Told[], Told[], number]>([
  ['nothing regressed', [pass], [pass], 0],
  ['fixed', [crash('f')], [pass], 0],
  ['known', [pass], [crash('f', '1', known)], 0],
  ['skipped', [pass], [skip], 0],
  ['not there', [pass], [], 0],
  ['regressed', [pass], [crash('f')], 1],
  ['regressed, with an infrastructure error too', [pass, lost], [crash('f')], 1],
  ['infrastructure error', [pass], [lost], 3],
  ['there is no kernel', [pass], [unbuilt], 2],
])('exit code when %s', (_what, base, tested, code) => {
  expect(comparisonExitCode([compareSides(side(old, { a: base }), side(late, { a: tested }))])).toBe(code);
});

test('regressions come first, then the other changes in order', () => {
  const base = side(old, { a: [pass], b: [pass], c: [crash('f')], d: [pass], e: [pass, pass] });
  const tested = side(late, { a: [pass], b: [crash('f')], c: [pass], d: [skip], e: [pass, crash('f')] });
  const { scenarios, counts, regressed, lost: without } = compareSides(base, tested);
  expect(scenarios.map(({ scenario }) => scenario)).toEqual(['b', 'e', 'c', 'a', 'd']);
  expect(counts).toEqual({
    regressed: 1,
    changed: 0,
    flaky: 1,
    fixed: 1,
    known: 0,
    unchanged: 1,
    'not comparable': 1,
  });
  expect([regressed, without]).toEqual([['b', 'e'], []]);
});

test('a patch of a series that cannot be built counts in the exit code', () => {
  const fine = compareSides(side(old, { a: [pass] }), side(late, { a: [pass] }));
  expect([comparisonExitCode([fine], [{}]), comparisonExitCode([fine], [{ unbuilt: true }, {}])]).toEqual([0, 2]);
});
