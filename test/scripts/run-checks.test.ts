// SPDX-License-Identifier: GPL-2.0-only
// How checks are run side by side, and what is printed of each.

import { expect, test } from 'vitest';
import { runChecks, type Check } from '../../scripts/run-checks.ts';

const node = (name: string, program: string): Check => ({ name, argv: ['node', '-e', program] });

/** What was printed, without times, and the names of the checks that failed. */
async function ran(checks: Check[]): Promise<{ failed: string[]; printed: string[] }> {
  const printed: string[] = [];
  const failed = await runChecks(checks, (text) => printed.push(text.replace(/\(\d+ s\)/, '(N s)')));
  return { failed, printed };
}

test('a check that passes has its line only', async () => {
  const { failed, printed } = await ran([node('types', 'console.log("all is well")')]);
  expect(failed).toEqual([]);
  expect(printed).toEqual(['check types: ok (N s)']);
});

test('what a failed check printed, to either stream, comes before its line', async () => {
  const { failed, printed } = await ran([node('lint', 'console.error("a.ts:1: no"); process.exitCode = 2')]);
  expect(failed).toEqual(['lint']);
  expect(printed).toEqual(['a.ts:1: no', 'check lint: FAILED (N s)']);
});

test('a check whose program is not there fails and says so', async () => {
  const { failed, printed } = await ran([{ name: 'spelling', argv: ['no-such-program'] }]);
  expect(failed).toEqual(['spelling']);
  expect(printed).toEqual([expect.stringContaining('no-such-program'), 'check spelling: FAILED (N s)']);
});

test('a check that fails does not keep the others from running', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const { failed, printed } = await ran(names.map((name) => node(name, `process.exitCode = ${name === 'b' ? 1 : 0}`)));
  expect(failed).toEqual(['b']);
  expect(printed.filter((line) => line.endsWith('ok (N s)')).sort()).toEqual(
    names.filter((name) => name !== 'b').map((name) => `check ${name}: ok (N s)`),
  );
});
