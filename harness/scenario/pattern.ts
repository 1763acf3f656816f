// SPDX-License-Identifier: GPL-2.0-only
// Regular expressions of a scenario: compiled when it is loaded, so that a mistake is an error of the file.

import { z } from 'zod';

function compiled(text: string): RegExp | undefined {
  try {
    return new RegExp(text);
  } catch {
    return undefined;
  }
}

/** Any output has this line or is empty: a pattern that matches both says nothing. */
const unlikelyLine = 'unlikely 0b3f';

export const patternSchema = z.string().superRefine((text, context) => {
  const pattern = compiled(text);
  const problem =
    pattern === undefined
      ? 'not a regular expression'
      : pattern.test('') && pattern.test(unlikelyLine)
        ? 'a regular expression that matches everything'
        : undefined;
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});
