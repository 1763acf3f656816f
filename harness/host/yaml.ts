// SPDX-License-Identifier: GPL-2.0-only
// YAML files of ours, read with positions, so that an error names file, line and column, and says what would be right.

import { readFileSync } from 'node:fs';
import { isMap, isNode, isPair, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { z } from 'zod';
import { UsageError } from './errors.ts';

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
    throw new UsageError(`cannot read ${name}: ${(error as Error).message}`, { cause: error });
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
  if (first !== undefined) throw new UsageError(first.message, { at: at(first.pos[0]) });
  return { name, value: document.toJS() as unknown, at: (path) => at(offsetOf(document, path)) };
}

/**
 * Checks a YAML file against a schema.
 * @throws UsageError for the first thing that is wrong, with its place and, for a misspelt key, the key that was meant.
 */
export function checkYaml<T extends z.ZodType>(
  file: YamlFile,
  schema: T,
  root: readonly PropertyKey[] = [],
): z.output<T> {
  const value = root.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)[key], file.value);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = deepest(result.error.issues);
  const path = [...root, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const known = knownKeys(schema, issue.path);
    const meant = closest(key, known);
    throw new UsageError(`unknown key \`${key}\`${meant === undefined ? '' : `, did you mean \`${meant}\`?`}`, {
      at: file.at([...path, key]),
      ...(known.length > 0 ? { hint: `known here: ${known.join(', ')}` } : {}),
    });
  }
  const where = path.length === 0 ? '' : `\`${path.map(String).join('.')}\`: `;
  throw new UsageError(`${where}${issue.message}`, { at: file.at(path) });
}

/** The candidate that a misspelt word most likely meant: at most a third of its letters differ. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.candidate : undefined;
}

/** The issue of a union that lies deepest: the alternative which was most nearly right. */
function deepest(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  const flat = issues.flatMap((issue): z.core.$ZodIssue[] => {
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
    const inner = issue.errors.map((alternative) => deepest(alternative));
    const best = inner.reduce((a, b) => (b.path.length > a.path.length ? b : a));
    return best.path.length === 0 && best.code === 'invalid_type'
      ? [issue]
      : [{ ...best, path: [...issue.path, ...best.path] }];
  });
  const [first] = [...flat].sort((a, b) => b.path.length - a.path.length);
  if (first === undefined) throw new Error('a failed check without an issue');
  return first;
}

function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let inner: unknown = schema;
  for (const key of path) inner = step(unwrap(inner), key);
  const object = unwrap(inner);
  const shape = (object as { shape?: Record<string, unknown> } | undefined)?.shape;
  return shape === undefined ? [] : Object.keys(shape);
}

function step(schema: unknown, key: PropertyKey): unknown {
  const def = (schema as { def?: Record<string, unknown> } | undefined)?.def;
  if (def === undefined) return undefined;
  if (def.type === 'object') return (def.shape as Record<PropertyKey, unknown>)[key];
  if (def.type === 'array') return def.element;
  if (def.type === 'record') return def.valueType;
  return undefined;
}

function unwrap(schema: unknown): unknown {
  const def = (schema as { def?: Record<string, unknown> } | undefined)?.def;
  if (def === undefined) return undefined;
  if (['optional', 'default', 'nullable', 'prefault', 'readonly'].includes(String(def.type)))
    return unwrap(def.innerType);
  if (def.type === 'pipe') return unwrap(def.in);
  return schema;
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

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
