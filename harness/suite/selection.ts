// SPDX-License-Identifier: GPL-2.0-only
// Lists of tests as suites have them, and what of a suite is run: pure.

import { UsageError } from '../host/errors.ts';
import { closest } from '../host/yaml/closest.ts';

/** A test of a suite and the groups that it is in. */
export interface SuiteTest {
  name: string;
  groups: readonly string[];
}

/** The tests of an exclude list: one a line, `#` begins a comment. */
export function parseTestList(text: string): string[] {
  return text.split('\n').flatMap((line) => line.replace(/#.*/, '').trim().split(/\s+/, 1).filter(Boolean));
}

/**
 * The tests in some groups, and those that are named, in the suite's order.
 * @throws UsageError for a group or a test that the suite does not have
 */
export function selectTests(
  suite: string,
  all: readonly SuiteTest[],
  wanted: { groups: readonly string[]; tests: readonly string[] },
): string[] {
  const groups = [...new Set(all.flatMap((test) => test.groups))];
  for (const group of wanted.groups) requireName(suite, 'group', group, groups);
  const names = all.map(({ name }) => name);
  for (const test of wanted.tests) requireName(suite, 'test', test, names);
  return all
    .filter(({ name, groups }) => wanted.tests.includes(name) || groups.some((group) => wanted.groups.includes(group)))
    .map(({ name }) => name);
}

function requireName(suite: string, what: string, name: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  const meant = closest(name, names);
  throw new UsageError(
    `this checkout of ${suite} has no ${what} \`${name}\`${meant === undefined ? '' : `, did you mean \`${meant}\`?`}`,
  );
}
