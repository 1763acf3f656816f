// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { MutantOutcome } from '../../harness/compare/kills.ts';
import { mutantsSummary, mutantsTable } from '../../harness/report/mutants-table.ts';

const kill = (scenario: string, step: string, right: boolean): MutantOutcome['kills'][number] => {
  return { scenario, step, right, verdict: 'fail', why: 'x', folder: '/results/m' };
};
const survived: MutantOutcome = {
  mutant: 'n',
  outcome: 'survived',
  kills: [],
  missed: [{ scenario: 'poison/a', step: 'signals' }],
  noVerdict: [],
};
const killed: MutantOutcome = {
  mutant: 'm',
  outcome: 'killed',
  kills: [
    kill('poison/a', 'signals', true),
    ...['b', 'c', 'd', 'e', 'f'].map((name) => kill(`poison/${name}`, 'read', false)),
  ],
  missed: [],
  noVerdict: [],
};
const unbuilt: MutantOutcome = {
  ...survived,
  mutant: 'o',
  outcome: 'unbuilt',
  noVerdict: ['does not compile\n  a.c:1'],
};

test('a row for each mutant: what killed it, what else failed, at most four of a kind', () => {
  expect(mutantsTable([killed, survived, unbuilt])).toMatchInlineSnapshot(`
    "| mutant | outcome | killed by (step) | also failed |
    | --- | --- | --- | --- |
    | m | killed | poison/a (signals) | poison/b (read)<br>poison/c (read)<br>poison/d (read)<br>poison/e (read)<br>and 1 more |
    | n | SURVIVED | (expected: poison/a (signals)) | not known whether it was executed |
    | o | UNBUILT | (expected: poison/a (signals)) | unbuilt: does not compile<br>  a.c:1 |"
  `);
  expect(mutantsSummary([killed, survived, unbuilt])).toBe('3 mutants: 1 killed, 1 survived, 1 unbuilt');
});

test('a mutant that was never executed survives for another reason than one that was not noticed', () => {
  const never: MutantOutcome = { ...survived, ran: { state: 'never', scenarios: [] } };
  const unnoticed: MutantOutcome = { ...survived, ran: { state: 'executed', scenarios: ['poison/a', 'poison/b'] } };
  const perhaps: MutantOutcome = { ...survived, ran: { state: 'perhaps', scenarios: ['poison/a'] } };
  const rows = mutantsTable([never, unnoticed, perhaps]).split('\n').slice(2);
  expect(rows.map((row) => row.split(' | ')[3])).toEqual([
    'never executed |',
    'executed by 2 scenarios, and not noticed |',
    'perhaps executed by 1 scenario, and not noticed |',
  ]);
  expect(mutantsSummary([killed, never, unnoticed])).toBe('3 mutants: 1 killed, 2 survived (1 of them never executed)');
});

test('killed and survived are counted even when zero', () => {
  expect(mutantsSummary([killed])).toBe('1 mutant: 1 killed, 0 survived');
});
