// SPDX-License-Identifier: GPL-2.0-only
// Regular expressions of scenarios: RE2's syntax, which is matched in linear time, so that no expression and no output of a guest
// can hold a run up. (JavaScript's own engine needs hours for `^(a+)+$` and a line of 50 letters.)

import { RE2JS } from 're2js';
import { z } from 'zod';

const longestPattern = 1000;

/** A regular expression in YAML. */
export const patternSchema = z
  .string()
  .max(longestPattern)
  .superRefine((text, context) => {
    const problem = patternError(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: `not a regular expression: ${problem}` });
  });

/** Whether some part of a text matches; `^` and `$` match at every line. */
export function matches(pattern: string, text: string): boolean {
  return compiled(pattern).test(text);
}

/** A pattern to try on many texts. */
export function matcher(pattern: string): (text: string) => boolean {
  const expression = compiled(pattern);
  return (text) => expression.test(text);
}

function compiled(pattern: string): RE2JS {
  return RE2JS.compile(pattern, RE2JS.MULTILINE);
}

function patternError(text: string): string | undefined {
  try {
    RE2JS.compile(text);
    return undefined;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^error parsing regexp: /, '');
  }
}
