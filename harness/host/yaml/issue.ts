// SPDX-License-Identifier: GPL-2.0-only
// One thing that a check found wrong, as an error for a person: where it is, what is wrong, what would be right.

import type { z } from 'zod';
import { UsageError } from '../errors.ts';
import { closest } from './closest.ts';
import { isFreeText, keyNameOf, wordsOf, type JsonSchema } from './json-schema.ts';
import { keysOf, schemaAt, valueAt } from './union.ts';
import { valueWords, wantedWords } from './words.ts';
import type { YamlFile } from './yaml.ts';

export type Issue = z.core.$ZodIssue;

/**
 * Old names of keys, with the name of today: `{ covers: 'tags' }`. Several names when it depends on the place; the
 * first that is known at the place is taken.
 */
export type RenamedKeys = Readonly<Record<string, string | readonly string[]>>;

/** What was checked. */
interface Checked {
  file: YamlFile;
  schema: JsonSchema;
  value: unknown;
  /** Where the value is in the file. */
  root: readonly PropertyKey[];
  renamed: RenamedKeys;
}

export function issueError(issue: Issue, { file, schema, value, root, renamed }: Checked): UsageError {
  const path = [...root, ...issue.path];
  const here = schemaAt(schema, value, issue.path);
  const found = valueAt(value, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return unknownKey(key, keysOf(here, found), renamed, file.at([...path, key]));
  }
  const what = subject(path);
  const detail = { at: file.at(path), ...hintOf(here, path) };
  if (issue.code === 'invalid_key') {
    const names = keyNameOf(schemaAt(schema, value, issue.path.slice(0, -1))) ?? {};
    return new UsageError(`the key ${what} must be ${wantedWords(names)}`, { at: detail.at });
  }
  if (issue.code === 'custom')
    return new UsageError(path.length === 0 ? issue.message : `${what}: ${issue.message}`, detail);
  if (found === null && path.length === 0)
    return new UsageError(`${file.name} is empty`, { hint: `keys of such a file: ${keysOf(here).join(', ')}` });
  return new UsageError(`${what} ${complaint(found, here)}`, detail);
}

/** What is wrong with a value, in words that go after its key. */
function complaint(found: unknown, schema: JsonSchema): string {
  const words = wordsOf(schema);
  const wanted = `must be ${wantedWords(schema)}`;
  if (found === undefined) return words.length > 0 ? `is missing; it ${wanted}` : 'is missing';
  if (found === null) return `is empty; it ${wanted}`;
  if (found === '') return 'must not be empty';
  const isBare = typeof found === 'number' || typeof found === 'boolean';
  const quotes = isFreeText(schema) && isBare ? '; put it in quotes' : '';
  const meant = typeof found === 'string' && words.length > 1 ? didYouMean(found, words) : '';
  return `${wanted}, not ${valueWords(found)}${quotes}${meant}`;
}

function unknownKey(key: string, known: readonly string[], renamed: RenamedKeys, at: string): UsageError {
  const names = Object.hasOwn(renamed, key) ? renamed[key] : undefined;
  const today = [names ?? []].flat().find((name) => known.includes(name));
  const why = today === undefined ? didYouMean(key, known) : `: it is \`${today}\` now`;
  const message = `unknown key \`${key}\`${why}`;
  return new UsageError(message, known.length > 0 ? { at, hint: `known here: ${known.join(', ')}` } : { at });
}

/** The key in question, or which entry of its list. */
function subject(path: readonly PropertyKey[]): string {
  const last = path.at(-1);
  if (last === undefined) return 'the file';
  const key = path.findLast((one) => typeof one === 'string') ?? '';
  return typeof last === 'number' ? `entry ${last + 1} of \`${key}\`` : `\`${String(last)}\``;
}

function hintOf({ description }: JsonSchema, path: readonly PropertyKey[]): { hint?: string } {
  return description === undefined || path.length === 0 ? {} : { hint: `${String(path.at(-1))}: ${description}` };
}

function didYouMean(word: string, candidates: readonly string[]): string {
  const meant = closest(word, candidates);
  return meant === undefined ? '' : `, did you mean \`${meant}\`?`;
}
