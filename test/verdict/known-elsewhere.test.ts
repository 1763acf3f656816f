// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { Deviation } from '../../harness/results/events.ts';
import { recordedIssues } from '../../harness/scenario/recorded-issues.ts';
import type { Judgment } from '../../harness/verdict/judge.ts';
import { elsewhereOf, noteElsewhere, type RecordedIssue } from '../../harness/verdict/known-elsewhere.ts';

const hang: Deviation = {
  kind: 'hang',
  title: 'hang in unbind pmem0: mf_dax_kill_procs is running on CPU 0 (task 142 hazmat-write, R)',
  function: 'mf_dax_kill_procs.isra.0',
  fingerprint: 'hang:mf_dax_kill_procs',
};
const issue = (scenario: string, report: string | string[], more: object = {}): RecordedIssue => ({
  scenario,
  entry: { kernels: '>=6.14', verdict: 'hang', report, bug: 'KB4', because: 'a block count wraps', ...more },
});
const judged = (deviations: Deviation[], expected = false): Judgment => ({
  verdict: 'hang',
  expected,
  why: 'it hangs',
  deviations,
  nearMisses: [],
  allowed: [],
});

test('a hang that two other scenarios record is named by its bug', () => {
  const issues = [issue('remove/a', 'mf_dax_kill_procs'), issue('remove/b', ['x_y', 'mf_dax_kill_procs'])];
  const sentence = 'same as KB4, known in remove/a and 1 more scenario';
  expect(noteElsewhere(judged([hang]), '7.2.12', () => issues)).toEqual({
    ...judged([{ ...hang, elsewhere: sentence, bug: 'KB4' }]),
    why: `it hangs; ${sentence}`,
  });
});

test('it stays unnamed on kernels without the bug, for another verdict, and for a text that is no function', () => {
  for (const other of [
    issue('a', 'mf_dax_kill_procs', { kernels: '<6.14' }),
    issue('a', 'mf_dax_kill_procs', { verdict: 'crash' }),
    issue('a', 'mf_dax_kill'),
    issue('a', 'pmem0'),
    { scenario: 'a', entry: { ...issue('a', 'x').entry, report: undefined } },
  ]) {
    expect(elsewhereOf(hang, '7.2.12', [other])).toBeUndefined();
  }
});

test('what is expected, and what only fails, is not looked up', () => {
  const never = (): never => {
    throw new Error('looked up');
  };
  const fail: Deviation = { kind: 'fail', title: 'nobody was signaled' };
  expect(noteElsewhere(judged([hang], true), '7.2.12', never)).toEqual(judged([hang], true));
  expect(noteElsewhere(judged([fail]), '7.2.12', never)).toEqual(judged([fail]));
});

test('the hang of KB4 is found in what ships', () => {
  const found = elsewhereOf(hang, '7.2.12', recordedIssues());
  expect(found?.elsewhere).toMatch(/^same as KB4, known in remove\//);
  expect(found?.bug).toBe('KB4');
});
