// SPDX-License-Identifier: GPL-2.0-only
// The known issues of all scenarios that ship, read once.

import { HazmatError } from '../host/errors.ts';
import type { RecordedIssue } from '../verdict/known-elsewhere.ts';
import { loadShipped, scenarioNames, type Scenario } from './load.ts';

let recorded: readonly RecordedIssue[] | undefined;

/** Every known issue with its scenario. */
export function recordedIssues(): readonly RecordedIssue[] {
  return (recorded ??= issuesOf(scenarioNames(), loadShipped));
}

/** A scenario that cannot be loaded has none: somebody may be writing it while a run, which has loaded its own, looks something up. */
export function issuesOf(
  names: readonly string[],
  load: (name: string) => Pick<Scenario, 'known'>,
): readonly RecordedIssue[] {
  return names.flatMap((name) => {
    try {
      return load(name).known.map((entry) => ({ scenario: name, entry }));
    } catch (error) {
      if (error instanceof HazmatError) return [];
      throw error;
    }
  });
}
