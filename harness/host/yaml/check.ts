// SPDX-License-Identifier: GPL-2.0-only
// Checks a YAML file against a zod schema. An error names file, line and column, and says what would be right.

import type { z } from 'zod';
import { UsageError } from '../errors.ts';
import { closest } from './closest.ts';
import {
  definitionOf,
  descriptionOf,
  fittingOption,
  isFreeText,
  keysOf,
  optionsOfKind,
  schemaAt,
  valueWords,
  wantedWords,
  wordsOf,
} from './schema-words.ts';
import type { YamlFile } from './yaml.ts';

export interface CheckOptions {
  /**
   * Old names of keys, with the name of today: `{ covers: 'tags' }`. Several names when it depends on the place; the
   * first that is known at the place is taken.
   */
  renamed?: Readonly<Record<string, string | readonly string[]>> | undefined;
}

/**
 * Checks a YAML file, or the part of it below a root, against a schema.
 * @throws UsageError for the first thing that is wrong, with its place and what would be right; for a misspelt key or
 * word also the one that was meant, for an old key its name of today.
 */
export function checkYaml<T extends z.ZodType>(
  file: YamlFile,
  schema: T,
  root: readonly PropertyKey[] = [],
  { renamed = {} }: CheckOptions = {},
): z.output<T> {
  const value = root.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)[key], file.value);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = mostTelling(result.error.issues.map((one) => nearestAlternative(one, schema, value)));
  throw issueError(file, issue, schema, value, root, renamed);
}

type Issue = z.core.$ZodIssue;

/** Of a union's issues those of the alternative that was most nearly right; other issues as they are. */
function nearestAlternative(issue: Issue, schema: unknown, value: unknown): Issue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const union = definitionOf(schemaAt(schema, value, issue.path));
  const inner = valueAt(value, issue.path);
  const options = union?.options ?? [];
  // When no alternative takes such a value, or several do, all of them are named.
  if (inner === null || typeof inner !== 'object' || optionsOfKind(options, inner) === 0) return issue;
  const index = fittingOption(options, inner);
  const best = mostTelling((issue.errors[index] ?? []).map((one) => nearestAlternative(one, options[index], inner)));
  return { ...best, path: [...issue.path, ...best.path] };
}

/** A misspelt key tells more than the key that is missing because of it. */
function mostTelling(issues: readonly Issue[]): Issue {
  const rank = (issue: Issue): number => (issue.code === 'unrecognized_keys' ? 0 : 1);
  const [first] = [...issues].sort((a, b) => rank(a) - rank(b));
  if (first === undefined) throw new Error('a failed check without an issue');
  return first;
}

function issueError(
  file: YamlFile,
  issue: Issue,
  schema: unknown,
  value: unknown,
  root: readonly PropertyKey[],
  renamed: NonNullable<CheckOptions['renamed']>,
): UsageError {
  const path = [...root, ...issue.path];
  const here = schemaAt(schema, value, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const known = keysOf(here, valueAt(value, issue.path));
    const today = nameOfToday(key, known, renamed);
    const why = today === undefined ? didYouMean(key, known) : `: it is \`${today}\` now`;
    return new UsageError(`unknown key \`${key}\`${why}`, {
      at: file.at([...path, key]),
      ...(known.length > 0 ? { hint: `known here: ${known.join(', ')}` } : {}),
    });
  }
  const detail = { at: file.at(path), ...hintOf(here, path) };
  const what = subject(path);
  if (issue.code === 'invalid_key') {
    const keys = definitionOf(schemaAt(schema, value, issue.path.slice(0, -1)))?.keyType;
    return new UsageError(`the key ${what} must be ${wantedWords(keys)}`, { at: detail.at });
  }
  if (issue.code === 'custom')
    return new UsageError(path.length === 0 ? issue.message : `${what}: ${issue.message}`, detail);
  const found = valueAt(value, issue.path);
  if (found === undefined) {
    const choice = wordsOf(here).length > 0 ? `; it must be ${wantedWords(here)}` : '';
    return new UsageError(`${what} is missing${choice}`, detail);
  }
  if (found === null && path.length === 0) {
    return new UsageError(`${file.name} is empty`, { hint: `keys of such a file: ${keysOf(here).join(', ')}` });
  }
  if (found === null) return new UsageError(`${what} is empty; it must be ${wantedWords(here)}`, detail);
  const quotes =
    isFreeText(here) && (typeof found === 'number' || typeof found === 'boolean') ? '; put it in quotes' : '';
  if (found === '') return new UsageError(`${what} must not be empty`, detail);
  const words = wordsOf(here);
  const meant = typeof found === 'string' && words.length > 1 ? didYouMean(found, words) : '';
  return new UsageError(`${what} must be ${wantedWords(here)}, not ${valueWords(found)}${quotes}${meant}`, detail);
}

function nameOfToday(
  key: string,
  known: readonly string[],
  renamed: NonNullable<CheckOptions['renamed']>,
): string | undefined {
  const names = Object.hasOwn(renamed, key) ? renamed[key] : undefined;
  return [names ?? []].flat().find((name) => known.includes(name));
}

/** The key in question, or which entry of its list. */
function subject(path: readonly PropertyKey[]): string {
  const last = path.at(-1);
  if (last === undefined) return 'the file';
  const key = path.findLast((one) => typeof one === 'string') ?? '';
  return typeof last === 'number' ? `entry ${last + 1} of \`${key}\`` : `\`${String(last)}\``;
}

function hintOf(schema: unknown, path: readonly PropertyKey[]): { hint?: string } {
  const description = descriptionOf(schema);
  return description === undefined || path.length === 0 ? {} : { hint: `${String(path.at(-1))}: ${description}` };
}

function didYouMean(word: string, candidates: readonly string[]): string {
  const meant = closest(word, candidates);
  return meant === undefined ? '' : `, did you mean \`${meant}\`?`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}
