// SPDX-License-Identifier: GPL-2.0-only
// `allow:` of a scenario: kernel reports that are right there.

/** Whether a report's title matches one of the patterns: the whole title, `*` standing for any text. */
export function isAllowed(title: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => titlePattern(pattern).test(title));
}

function titlePattern(pattern: string): RegExp {
  const escaped = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`, 's');
}
