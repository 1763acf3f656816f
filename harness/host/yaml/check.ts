// SPDX-License-Identifier: GPL-2.0-only
// Checks a YAML file against a zod schema. An error names file, line and column, and says what would be right.

import type { z } from 'zod';
import { issueError, type Issue, type RenamedKeys } from './issue.ts';
import { alternativesOf, jsonSchemaOf, takesType, typeOf, type JsonSchema } from './json-schema.ts';
import { fittingAlternative, schemaAt, valueAt } from './union.ts';
import type { YamlFile } from './yaml.ts';

export interface CheckOptions {
  renamed?: RenamedKeys | undefined;
}

/**
 * Checks a YAML file, or the part of it below a root, against a schema.
 * @throws UsageError for the first thing that is wrong, with its place and what would be right; for a misspelled key or
 * word also the one that was meant, for an old key its name of today.
 */
export function checkYaml<T extends z.ZodType>(
  file: YamlFile,
  schema: T,
  root: readonly PropertyKey[] = [],
  { renamed = {} }: CheckOptions = {},
): z.output<T> {
  const value = valueAt(file.value, root);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const wanted = jsonSchemaOf(schema);
  const issue = mostTelling(result.error.issues.map((one) => nearestAlternative(one, wanted, value)));
  throw issueError(issue, { file, schema: wanted, value, root, renamed });
}

/** Of a union's issues those of the alternative that the value was meant for; other issues as they are. */
function nearestAlternative(issue: Issue, schema: JsonSchema, value: unknown): Issue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const union = schemaAt(schema, value, issue.path);
  const inner = valueAt(value, issue.path);
  const alternatives = alternativesOf(union);
  // A word or a number could have been meant for any alternative: all of them are named.
  const isStructure = inner !== null && typeof inner === 'object';
  if (!isStructure || !alternatives.some((one) => takesType(one, typeOf(inner)))) return issue;
  const index = fittingAlternative(union, inner);
  const issues = issue.errors[index] ?? [];
  const best = mostTelling(issues.map((one) => nearestAlternative(one, alternatives[index] ?? {}, inner)));
  return { ...best, path: [...issue.path, ...best.path] };
}

/** A misspelled key tells more than the key that is missing because of it. */
function mostTelling(issues: readonly Issue[]): Issue {
  const telling = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (telling === undefined) throw new Error('a failed check without an issue');
  return telling;
}
