// SPDX-License-Identifier: GPL-2.0-only
// Regular expressions of scenarios: which are refused, and that none can stall a run.

import { describe, expect, it } from 'vitest';
import { matcher, matches, patternSchema } from '../../harness/scenario/pattern.ts';

function problem(text: string): string | undefined {
  return patternSchema.safeParse(text).error?.issues[0]?.message;
}

describe('a regular expression of a scenario', () => {
  it('is refused with the reason when it is none, or needs backtracking', () => {
    expect(problem('(abc')).toBe('not a regular expression: missing closing ): `(abc`');
    expect(problem('([')).toBe('not a regular expression: missing closing ]: `[`');
    expect(problem('(?=a)')).toBe('not a regular expression: invalid or unsupported Perl syntax: `(?=`');
    expect(problem('(a)\\1')).toBe('not a regular expression: invalid escape sequence: `\\1`');
    expect(problem('((a{100}){100}){100}')).toBe('not a regular expression: invalid repeat count: `{100}`');
    expect(problem('a'.repeat(1001))).toContain('1000');
  });

  it('is taken with the syntax that scenarios use', () => {
    for (const text of ['rmapbt=1', '^pmem\\d+: .*$', '(?i)error|fail', '\\bdax\\b', '[^ ]+ x{2,3}?']) {
      expect(problem(text)).toBeUndefined();
    }
  });

  it('matches some part of the text, ^ and $ at every line', () => {
    expect(matches('b=1', 'a=1\nb=1\nc=1')).toBe(true);
    expect(matches('^b=1$', 'a=1\nb=1\nc=1')).toBe(true);
    expect(matches('^b$', 'a=1\nb=1\nc=1')).toBe(false);
    expect(['an oops', 'nothing'].filter(matcher('oops'))).toEqual(['an oops']);
  });

  it('is matched in linear time: a backtracking engine would need longer than any test may take', () => {
    expect(matches('^(a+)+$', `${'a'.repeat(1 << 16)}b`)).toBe(false);
    expect(matches('(x+x+)+y', 'x'.repeat(1 << 16))).toBe(false);
  });
});
