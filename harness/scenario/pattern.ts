// SPDX-License-Identifier: GPL-2.0-only
// Regular expressions of scenarios: RE2's syntax, which is matched in linear time, so that no expression and no output of a guest
// can stall a run. (JavaScript's own engine needs hours for `^(a+)+$` and a line of 50 letters.) They are compiled when the
// scenario is loaded, so that a mistake is an error of the file.

import { RE2JS } from 're2js';
import { z } from 'zod';

const longestPattern = 1000;

/** Any output has this line or is empty: a pattern that matches both says nothing. */
const unlikelyLine = 'unlikely 0b3f';

/** A regular expression in YAML. */
export const patternSchema = z
  .string()
  .max(longestPattern)
  .superRefine((text, context) => {
    const problem = patternProblem(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
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

function patternProblem(text: string): string | undefined {
  try {
    const expression = RE2JS.compile(text); // without flags: a message has the expression as RE2 sees it, with its flags
    return expression.test('') && expression.test(unlikelyLine)
      ? 'a regular expression that matches everything'
      : undefined;
  } catch (error) {
    const message = (error instanceof Error ? error.message : String(error)).replace(/^error parsing regexp: /, '');
    return `not a regular expression: ${message}`;
  }
}
