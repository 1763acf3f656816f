// SPDX-License-Identifier: GPL-2.0-only
// Reads a YAML file with positions, so that an error names file, line and column.

import { readFileSync } from 'node:fs';
import { isMap, isNode, isPair, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { UsageError } from '../errors.ts';

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
