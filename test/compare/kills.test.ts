// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { judgeMutant, mutantsExitCode } from '../../harness/compare/kills.ts';
import { lost, crash, fail, pass, side, type Told, unbuilt } from './compared.ts';

const expected = [{ scenario: 'poison/a', step: 'signals' }];

function judge(base: Record<string, Told[]>, mutated: Record<string, Told[]>): ReturnType<typeof judgeMutant> {
  return judgeMutant(
    'm',
    expected,
    side('source:6.12', base),
    side('source:6.12+m', mutated, { folder: '/results/m' }),
  );
}

const failIn = (step: string): Told => ({
  ...fail('all'),
  deviations: [{ kind: 'fail', step, stepIndex: 3, title: 'x', wanted: 'a', seen: 'b' }],
});

test('a mutant is killed where it was meant to be', () => {
  const { outcome, kills, missed } = judge({ 'poison/a': [pass] }, { 'poison/a': [failIn('signals')] });
  expect(outcome).toBe('killed');
  expect(kills).toMatchObject([{ scenario: 'poison/a', step: 'signals', right: true, verdict: 'fail' }]);
  expect(missed).toEqual([]);
});

test('another step, another scenario or a crash is a wrong reason', () => {
  const base = { 'poison/a': [pass], 'poison/b': [pass] };
  expect(judge(base, { 'poison/a': [failIn('read')], 'poison/b': [pass] }).outcome).toBe('wrong reason');
  expect(judge(base, { 'poison/a': [pass], 'poison/b': [failIn('signals')] }).outcome).toBe('wrong reason');
  expect(judge(base, { 'poison/a': [crash('f')], 'poison/b': [pass] })).toMatchObject({
    outcome: 'wrong reason',
    kills: [{ step: 'crash' }],
  });
});

test('a crash that is the behavior itself is the right reason, whatever step was the first to notice', () => {
  const both: Told = {
    ...crash('f'),
    deviations: [...(failIn('read').deviations ?? []), ...(crash('f').deviations ?? [])],
  };
  const outcome = judgeMutant(
    'm',
    [{ scenario: 'poison/a', step: 'crash' }],
    side('source:6.12', { 'poison/a': [pass] }),
    side('source:6.12+m', { 'poison/a': [both] }, { folder: '/results/m' }),
  );
  expect(outcome).toMatchObject({ outcome: 'killed', kills: [{ step: 'crash', right: true }], missed: [] });
});

test('what deviates on the base as well kills nothing', () => {
  const same = { 'poison/a': [failIn('signals')] };
  expect(judge(same, same)).toMatchObject({ outcome: 'survived', missed: expected });
});

test('an infrastructure error is no kill', () => {
  expect(judge({ 'poison/a': [pass] }, { 'poison/a': [lost] }).outcome).toBe('error');
});

test('without Killed-by, every scenario that fails is right', () => {
  const [base, mutated] = [
    side('source:6.12', { 'poison/a': [pass] }),
    side('source:6.12+m', { 'poison/a': [failIn('read')] }),
  ];
  expect(judgeMutant('m', [], base, mutated)).toMatchObject({ outcome: 'killed', kills: [{ right: true }] });
  expect(judgeMutant('m', [], base, base).outcome).toBe('survived');
});

test('a mutant that does not compile is no kill and no hole', () => {
  const outcome = judge({ 'poison/a': [pass] }, { 'poison/a': [unbuilt] });
  expect(outcome).toMatchObject({ outcome: 'unbuilt', kills: [], noVerdict: ['7.2 with s does not compile'] });
});

test.each([
  ['killed', 0],
  ['survived', 1],
  ['wrong reason', 1],
  ['unbuilt', 2],
  ['error', 3],
] as const)('exit code when one is %s', (outcome, code) => {
  expect(mutantsExitCode([{ outcome: 'killed' }, { outcome }])).toBe(code);
});
