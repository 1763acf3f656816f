// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it, test } from 'vitest';
import { compareSides, comparisonExitCode } from '../../harness/compare/compare.ts';
import type { ScenarioChange } from '../../harness/compare/comparison.ts';
import type { Side } from '../../harness/compare/side.ts';
import { lost, crash, fail, known, pass, side, skip, steps, type Told, unbuilt } from './compared.ts';

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

describe('notes on a comparison', () => {
  const notes = (base: Told[], tested: Told[]): string[] => change(base, tested).notes;

  test('skips, infrastructure errors and missing scenarios are noted with their reason', () => {
    expect(notes([pass], [skip])).toEqual(['skipped on tested: needs 6.0']);
    expect(notes([pass, lost], [pass])).toEqual([
      'infrastructure error on base in 1 of 2 repetitions: QEMU was killed',
    ]);
    expect(notes([pass], [unbuilt])).toEqual(['no kernel could be built on tested: 7.2 with s does not compile']);
    expect(notes([], [pass])).toEqual(['not in the base run']);
    const stopped = compareSides(side(old, { a: [pass] }), side(late, {}, { unfinished: ['a'] }));
    expect(stopped.scenarios[0]?.notes).toEqual(['no verdict on tested: the run ended early']);
    expect(stopped.lost).toEqual(['a']);
  });

  test('another environment and another scenario content are noted, and times are then not compared', () => {
    const base = side(old, { a: Array<Told>(5).fill({ steps: steps(['unbind pmem0', 'ok', 'x', 10]) }) });
    const tested = side(late, { a: Array<Told>(5).fill({ steps: steps(['unbind pmem0', 'ok', 'x', 90]) }) });
    const other: Side = {
      ...tested,
      environment: { ...tested.environment, hazmat: '0.2.0' },
      cells: tested.cells.map((cell) => ({ ...cell, content: 'beef' })),
    };
    expect(compareSides(base, tested).notes).toEqual([]);
    expect(compareSides(base, tested).scenarios[0]?.latencies).toHaveLength(1);
    const comparison = compareSides(base, other);
    expect(comparison.notes).toEqual([
      'hazmat differs: 0.1.0 for base, 0.2.0 for tested',
      'times are not compared: the two runs had different versions of hazmat, host or QEMU',
      'these scenarios changed between the runs: a',
    ]);
    expect(comparison.scenarios[0]?.latencies).toEqual([]);
    expect(comparison.timedSteps).toBe(0);
  });

  test('runs that do not record it are noted', () => {
    const bare = (one: Side): Side => ({
      ...one,
      environment: {},
      cells: one.cells.map(({ content, ...cell }) => cell),
    });
    expect(compareSides(bare(side(old, { a: [pass] })), bare(side(late, { a: [pass] }))).notes).toEqual([
      'neither run records the version of hazmat, so it may have changed in between',
      'the runs do not record whether 1 of 1 scenarios changed in between',
    ]);
  });

  test('regressions come first', () => {
    const base = side(old, { a: [pass], b: [pass], c: [crash('f')], d: [pass] });
    const tested = side(late, { a: [pass], b: [crash('f')], c: [pass], d: [skip] });
    const { scenarios, counts, regressed } = compareSides(base, tested);
    expect(scenarios.map(({ scenario }) => scenario)).toEqual(['b', 'c', 'a', 'd']);
    expect(counts).toEqual({
      regressed: 1,
      changed: 0,
      flaky: 0,
      fixed: 1,
      known: 0,
      unchanged: 1,
      'not comparable': 1,
    });
    expect(regressed).toEqual(['b']);
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

describe('steps', () => {
  const first = (base: Told['steps'], tested: Told['steps']) =>
    change([{ steps: base ?? [] }], [{ steps: tested ?? [] }]).firstDifference;

  it('finds the first that went otherwise, and not times or addresses of those that went well', () => {
    const before = steps(
      ['unbind pmem0', 'ok', 'in 280.3 ms'],
      ['signals to a', 'ok', 'at 0x7f19233c8000'],
      ['unmount /mnt', 'ok'],
    );
    const after = steps(
      ['unbind pmem0', 'ok', 'in 12.1 ms'],
      ['signals to a', 'deviates', 'no signal'],
      ['unmount /mnt', 'deviates'],
    );
    expect(first(before, before)).toBeUndefined();
    expect(first(before, after)).toMatchObject({
      step: 'signals',
      label: 'to a',
      baseIndex: 1,
      testedIndex: 1,
      tested: { outcome: 'deviates', seen: 'no signal' },
    });
  });

  it('pairs equal steps though one side has a step of its own', () => {
    const before = steps(['unbind pmem0', 'ok'], ['unmount /mnt', 'ok']);
    const after = steps(['unbind pmem0', 'ok'], ['log extra', 'ok'], ['unmount /mnt', 'deviates', 'EBUSY']);
    expect(first(before, after)).toEqual({
      step: 'log',
      label: 'extra',
      testedIndex: 1,
      tested: { outcome: 'ok', seen: 'as wanted' },
    });
  });

  it('tells the step that one side never reached', () => {
    const whole = steps(['unbind pmem0', 'ok'], ['unmount /mnt', 'ok']);
    expect(first(whole, whole.slice(0, 1))).toEqual({
      step: 'unmount',
      label: '/mnt',
      baseIndex: 1,
      base: { outcome: 'ok', seen: 'as wanted' },
    });
  });
});

describe('the kernel log', () => {
  const both = steps(['unbind pmem0', 'ok'], ['unmount /mnt', 'ok']);
  const logs = (base: Told[], tested: Told[]) => {
    const { log } = change(base, tested);
    return { appeared: log.appeared.map(({ line }) => line), gone: log.gone.map(({ line }) => line) };
  };

  it('tells lines of one side only, alarms first', () => {
    const tested = { steps: both, log: ['common', 'a new word', 'WARNING: at fs/dax.c:LINE'] };
    expect(logs([{ steps: both, log: ['common', 'an old word'] }], [tested])).toEqual({
      appeared: ['WARNING: at fs/dax.c:LINE', 'a new word'],
      gone: ['an old word'],
    });
  });

  it('does not take it for gone when the other side ended early', () => {
    const early = { steps: steps(['unbind pmem0', 'ended']), log: ['common', 'new all the same'] };
    expect(logs([{ steps: both, log: ['common', 'Unmounting Filesystem'] }], [early])).toEqual({
      appeared: ['new all the same'],
      gone: [],
    });
  });

  it('takes a line of a few repetitions for chance unless it is an alarm', () => {
    const tested = [['x'], ['x', 'rare'], ['x', 'BUG: rare']].map((log) => ({ steps: both, log }));
    expect(logs([{ steps: both, log: ['x'] }], tested)).toEqual({ appeared: ['BUG: rare'], gone: [] });
  });

  it('says nothing when a side has no log', () => {
    expect(logs([{ steps: both }], [{ steps: both, log: ['x'] }])).toEqual({ appeared: [], gone: [] });
  });
});
