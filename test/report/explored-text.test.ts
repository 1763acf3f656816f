// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { exploredLine, findingsText } from '../../harness/report/explored-text.ts';

const finding = {
  words: 'crash: BUG: unable to handle page fault',
  file: 'results/explore/x/01-crash.yaml',
  evidence: 'results/explore/x/runs/y',
  operations: { found: 9, shrunk: 2 },
  tried: 31,
  again: { failed: 3, of: 3 },
  sequences: 4,
};

test('sequences are counted, with how many an hour would be', () => {
  const shown = {
    sequences: 1500,
    operations: 9000,
    withoutVerdict: 0,
    durationMs: 1_800_000,
    findings: [finding],
    known: new Map(),
  };
  expect(exploredLine(shown)).toBe('1,500 sequences (9,000 operations), 3,000 an hour: 1 finding');
  expect(exploredLine({ ...shown, withoutVerdict: 2, findings: [] })).toMatch(/: 0 findings, 2 without a verdict$/);
});

test('a finding says what was seen, how often, and how to run it again', () => {
  const known = new Map([['same as KB19, known in recover/preallocated', 2]]);
  const text = findingsText(
    { sequences: 1, operations: 1, withoutVerdict: 0, durationMs: 1, findings: [finding], known },
    '7.2+my series',
  );
  expect(text).toMatch(/^crash: BUG: unable to handle page fault\n/);
  expect(text).toMatch(/\n2 sequences: same as KB19, known in recover\/preallocated$/);
  expect(text).toContain('2 of 9 operations, after 31 tries; fails 3 of 3 times; 4 sequences failed so');
  expect(text).toContain("again: npx hazmat run results/explore/x/01-crash.yaml --kernel '7.2+my series'");
});
