// SPDX-License-Identifier: GPL-2.0-only
// YAML files of ours, read with positions, so that an error names file, line and column, and says what would be right.

import { readFileSync } from 'node:fs';
import { isMap, isNode, isPair, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { z } from 'zod';
import { UsageError } from '../errors.ts';
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

export interface YamlFile {
  /** Path as a person should read it. */
  name: string;
  value: unknown;
  /** `name:line:column` of the node at a path of keys and indexes, or of the nearest parent that exists. */
  at(path: readonly PropertyKey[]): string;
}

/** @throws UsageError with file, line and column when the file is missing or is not YAML. */
export function readYaml(file: string, name = file): YamlFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? `there is no file ${name}` : `cannot read ${name}: ${message}`;
    throw new UsageError(why, { cause: error });
  }
  return parseYaml(text, name);
}

/** The same for text that is already read. */
export function parseYaml(text: string, name: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const [first] = document.errors;
  if (first !== undefined)
    throw new UsageError(syntaxWords(first.code, first.message, text.slice(first.pos[0])), { at: at(first.pos[0]) });
  return { name, value: document.toJS() as unknown, at: (path) => at(offsetOf(document, path)) };
}

/**
 * Checks a YAML file against a schema.
 * @throws UsageError for the first thing that is wrong, with its place and what would be right; for a misspelled key or
 * word also the one that was meant.
 */
export function checkYaml<T extends z.ZodType>(
  file: YamlFile,
  schema: T,
  root: readonly PropertyKey[] = [],
): z.output<T> {
  const value = root.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)[key], file.value);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = mostTelling(result.error.issues.map((one) => nearestAlternative(one, schema, value)));
  throw issueError(file, issue, schema, value, root);
}

/**
 * The candidate that a misspelled word most likely meant: at most a third of its letters differ. Of two that are as near the
 * longer one, since letters are left out more often than put in (`umount`).
 */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || b.candidate.length - a.candidate.length);
  const [best] = ranked;
  if (best === undefined) return undefined;
  const limit = Math.max(1, Math.floor(Math.max(word.length, best.candidate.length) / 3));
  // Of two letters, one that differs is half of the word.
  return best.distance <= limit && best.distance < word.length ? best.candidate : undefined;
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

/** A misspelled key tells more than the key that is missing because of it. */
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
): UsageError {
  const path = [...root, ...issue.path];
  const here = schemaAt(schema, value, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const known = keysOf(here, valueAt(value, issue.path));
    return new UsageError(`unknown key \`${key}\`${didYouMean(key, known)}`, {
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

/** What the YAML parser complains of; a key that is there twice is named. */
function syntaxWords(code: string, message: string, rest: string): string {
  if (code !== 'DUPLICATE_KEY') return `not YAML: ${message}`;
  return `the key \`${/^[^\s:]+/.exec(rest)?.[0] ?? ''}\` is there twice`;
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const key of path) {
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && String((item.key as { value?: unknown }).value) === String(key),
      );
      if (pair === undefined) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      next = pair.value;
    } else if (isSeq(node)) {
      next = node.items[Number(key)];
      if (!isNode(next)) return offset;
      offset = next.range?.[0] ?? offset;
    }
    node = next;
  }
  return offset;
}

/** Letters that must be put in, taken out, changed or swapped with their neighbor to make one word the other. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const changed = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity;
      row.push(Math.min(changed, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(a.length, b.length);
}
