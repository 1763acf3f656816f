// SPDX-License-Identifier: GPL-2.0-only
// The suites. To add one: write its file and add a line here.

import { ndctl } from './ndctl.ts';
import type { SuiteKind } from './suite.ts';
import { xfstests } from './xfstests.ts';

export const suiteKinds: readonly SuiteKind<unknown>[] = [xfstests, ndctl];

/** The suite of this name. */
export function suiteNamed(name: string): SuiteKind<unknown> | undefined {
  return suiteKinds.find((kind) => kind.name === name);
}
