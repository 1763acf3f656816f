// SPDX-License-Identifier: GPL-2.0-only
// The known issues of all scenarios that ship, read once.

import type { RecordedIssue } from '../verdict/known-elsewhere.ts';
import { shippedScenarios } from './load.ts';

let recorded: readonly RecordedIssue[] | undefined;

/** Every known issue with its scenario. @throws UsageError when a scenario that ships is wrong */
export function recordedIssues(): readonly RecordedIssue[] {
  recorded ??= shippedScenarios().flatMap(({ name, known }) => known.map((entry) => ({ scenario: name, entry })));
  return recorded;
}
