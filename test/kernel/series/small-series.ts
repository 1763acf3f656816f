// SPDX-License-Identifier: GPL-2.0-only
// A file of C, and series of one-line changes to it, for tests.

import { parseDiff } from '../../../harness/kernel/series/diff.ts';
import { noPrerequisites } from '../../../harness/kernel/series/prerequisites.ts';
import type { Series } from '../../../harness/kernel/series/patch.ts';

/** fs/a.c as it is before a series. */
export const before = ['int f(void)', '{', '\tint a;', '', '\treturn a;', '}', ''].join('\n');

/** A diff of fs/a.c that replaces its third line. */
export function diffOf(from: string, to: string): string {
  return ['--- a/fs/a.c', '+++ b/fs/a.c', '@@ -2,4 +2,4 @@', ' {', `-${from}`, `+${to}`, ' ', ' \treturn a;', ''].join(
    '\n',
  );
}

/** A series of one patch for each diff. */
export const seriesOf = (...diffs: string[]): Series => ({
  name: 'some',
  patches: diffs.map((diff, index) => ({
    name: `${index + 1}.patch`,
    subject: `change ${index + 1}`,
    diff,
    files: parseDiff(diff).files,
    message: `change ${index + 1}`,
    author: { name: 'An Author', email: 'author@localhost', date: 'Fri, 20 Nov 2026 10:00:00 +0100' },
  })),
  needs: noPrerequisites,
});
