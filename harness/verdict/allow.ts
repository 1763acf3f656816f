// SPDX-License-Identifier: GPL-2.0-only
// `allow:` of a scenario: titles of kernel reports that are expected there.

import { normalizeTitle } from './kernel-log.ts';

/** Whether one of the patterns matches a report's title: the whole title, with `*` for any text. */
export function isAllowed(title: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => titlePattern(pattern).test(title));
}

/** Why a pattern can never match a title, in one sentence; undefined when it can. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.trim() === '') return 'an empty title matches no report';
  // A letter that is part of no number takes the place of any text: what is next to it is not judged.
  const sample = pattern.replaceAll('*', 'Z');
  if (normalizeTitle(sample) === sample) return undefined;
  return 'no report has such a title: titles have no addresses, offsets, pids, CPU or line numbers, and do not end in a blank or a punctuation mark';
}

function titlePattern(pattern: string): RegExp {
  const escaped = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`, 's');
}
