// SPDX-License-Identifier: GPL-2.0-only
// Checks a YAML file against a zod schema. An error names file, line and column, and says what would be right.

import type { z } from 'zod';
import { Mistakes } from '../mistakes.ts';
import { issueError, type Issue, type RenamedKeys } from './issue.ts';
import { alternativesOf, jsonSchemaOf, takesType, typeOf, type JsonSchema } from './json-schema.ts';
import { fittingAlternative, schemaAt, valueAt } from './union.ts';
import type { YamlFile } from './yaml.ts';

export interface CheckOptions {
  renamed?: RenamedKeys | undefined;
}

/**
 * Checks a YAML file, or the part of it below a root, against a schema.
 * @throws UsageError, or UsageErrors, for what is wrong, with its place and what would be right; for a misspelled key or word also
 * the one that was meant, for an old key its name of today.
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
  const issues = telling(result.error.issues.flatMap((one) => nearestAlternative(one, wanted, value)));
  const mistakes = new Mistakes();
  for (const issue of issues) mistakes.add(issueError(issue, { file, schema: wanted, value, root, renamed }));
  mistakes.throwIfAny();
  throw new Error('a failed check without an issue');
}

/** Of a union's issues those of the alternative that the value was meant for; other issues as they are. */
function nearestAlternative(issue: Issue, schema: JsonSchema, value: unknown): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const union = schemaAt(schema, value, issue.path);
  const inner = valueAt(value, issue.path);
  const alternatives = alternativesOf(union);
  // A word or a number could have been meant for any alternative: all of them are named.
  const isStructure = inner !== null && typeof inner === 'object';
  if (!isStructure || !alternatives.some((one) => takesType(one, typeOf(inner)))) return [issue];
  const index = fittingAlternative(union, inner);
  const issues = issue.errors[index] ?? [];
  return telling(issues.flatMap((one) => nearestAlternative(one, alternatives[index] ?? {}, inner))).map((one) => ({
    ...one,
    path: [...issue.path, ...one.path],
  }));
}

/** Misspelled keys first, each as an issue, and without other issues of the same block: a key is missing because of it. */
function telling(issues: readonly Issue[]): Issue[] {
  const keys = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key): Issue => ({ ...issue, keys: [key] })) : [],
  );
  const blocks = new Set(keys.map(({ path }) => path.join('\n')));
  const others = issues.filter(({ code, path }) => {
    // A rule about the block as a whole has the block's path, one about a key the key's.
    const block = code === 'custom' && blocks.has(path.join('\n')) ? path : path.slice(0, -1);
    return code !== 'unrecognized_keys' && !blocks.has(block.join('\n'));
  });
  return [...keys, ...others];
}
