// SPDX-License-Identifier: GPL-2.0-only
// Reads a YAML file with positions, so that an error names file, line and column.

import { readFileSync, statSync } from 'node:fs';
import { Composer, isMap, isScalar, isSeq, LineCounter, Parser, isNode, type Document } from 'yaml';
import { UsageError } from '../errors.ts';
import { aliasProblem, firstAlias } from './aliases.ts';
import { aliasWords, countProblem, depthProblem, maxAliasCount, sizeProblem } from './limits.ts';
import { syntaxProblem, type Problem } from './syntax.ts';

export interface YamlFile {
  /** Path as a person should read it. */
  name: string;
  value: unknown;
  /** `name:line:column` of the node at a path of keys and indexes, or of the nearest parent that exists. */
  at(path: readonly PropertyKey[]): string;
}

/** @throws UsageError with file, line and column when the file is missing, too large, or not YAML. */
export function readYaml(file: string, name = file): YamlFile {
  let text: string;
  try {
    refuse(name, sizeProblem(statSync(file).size));
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? `there is no file ${name}` : `cannot read ${name}: ${message}`;
    throw new UsageError(why, { cause: error });
  }
  return parseYaml(text, name);
}

/** The same for text that is already read. */
export function parseYaml(text: string, name: string): YamlFile {
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const stop = (problem: Problem | undefined): void => {
    if (problem !== undefined) throw new UsageError(problem.words, { at: at(problem.offset) });
  };
  refuse(name, sizeProblem(Buffer.byteLength(text)));
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  refuse(name, countProblem(tokens));
  stop(depthProblem(tokens));
  const composer = new Composer({ resolveKnownTags: false, stringKeys: true, uniqueKeys: true });
  const [document, second] = composer.compose(tokens, true, text.length);
  if (document === undefined) throw new Error('the composer gave no document');
  stop(syntaxProblem(document, text));
  if (second !== undefined)
    stop({ offset: second.range[0], words: 'a second document begins here; a file must hold one' });
  stop(aliasProblem(document));
  return { name, value: valueOf(document, stop), at: (path) => at(offsetOf(document, path)) };
}

/** @throws UsageError for a problem of a whole file. */
function refuse(name: string, problem: string | undefined): void {
  if (problem !== undefined) throw new UsageError(`${name} ${problem}`);
}

/** The value of a document whose aliases can all be followed. */
function valueOf(document: Document, stop: (problem: Problem) => void): unknown {
  try {
    return document.toJS({ maxAliasCount });
  } catch (error) {
    // The library's only error here, once every alias is known to name an anchor above it.
    if (error instanceof ReferenceError) stop({ offset: firstAlias(document), words: aliasWords });
    throw error;
  }
}

/** Where in the text the node at a path is, or the nearest parent that exists. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
      if (pair === undefined) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else {
      node = isSeq(node) ? node.items[Number(key)] : undefined;
      offset = startOf(node) ?? offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
