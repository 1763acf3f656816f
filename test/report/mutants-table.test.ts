// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { MutantOutcome, SeenKill } from '../../harness/compare/kills.ts';
import { mutantsSummary, mutantsTable } from '../../harness/report/mutants-table.ts';

const kill = (scenario: string, step: string, right: boolean): SeenKill => {
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
    | n | SURVIVED | (expected: poison/a (signals)) |  |
    | o | UNBUILT | (expected: poison/a (signals)) | unbuilt: does not compile<br>  a.c:1 |"
  `);
  expect(mutantsSummary([killed, survived, unbuilt])).toBe('3 mutants: 1 killed, 1 survived, 1 unbuilt');
});

test('killed and survived are counted even when zero', () => {
  expect(mutantsSummary([killed])).toBe('1 mutant: 1 killed, 0 survived');
});
