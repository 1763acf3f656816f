// SPDX-License-Identifier: GPL-2.0-only
// Limits of a YAML file. A file above them is a mistake or an attack; without limits it could keep the parser, or what
// checks its value, busy for minutes (zod and the parser recurse, and the parser compares each key with all others).

import type { CST } from 'yaml';
import type { Problem } from './syntax.ts';

const limits = {
  bytes: 1024 * 1024,
  /** Entries of lists and keys of blocks, in the whole file. */
  entries: 10_000,
  depth: 64,
  /** How often the parts that aliases name may be copied; see `maxAliasCount` of the library. */
  aliases: 100,
} as const;

export const maxAliasCount = limits.aliases;

/** What is wrong with the size of a file, in words that go after its name. */
export function sizeProblem(bytes: number): string | undefined {
  if (bytes <= limits.bytes) return undefined;
  return `is too large: ${(bytes / limits.bytes).toFixed(1)} MiB, the limit is 1 MiB`;
}

/** What is wrong with the number of entries, in words that go after the file's name. */
export function countProblem(tokens: readonly CST.Token[]): string | undefined {
  let count = 0;
  for (const { token } of walk(tokens)) count += 'items' in token ? token.items.length : 0;
  return count <= limits.entries ? undefined : `has ${count} list entries and keys, the limit is ${limits.entries}`;
}

/** The first list or block that is nested too deeply. */
export function depthProblem(tokens: readonly CST.Token[]): Problem | undefined {
  for (const { token, depth } of walk(tokens)) {
    if (depth > limits.depth)
      return { offset: token.offset, words: `lists and blocks are nested more than ${limits.depth} deep` };
  }
  return undefined;
}

/** Words for aliases that copy too much. */
export const aliasWords = `aliases such as this copy more than ${limits.aliases} parts of the file`;

/** All tokens. Not recursive, since its input may be nested as deeply as its size allows. */
function* walk(tokens: readonly CST.Token[]): Generator<{ token: CST.Token; depth: number }> {
  const open = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next;
    const { token, depth } = next;
    const inner = 'items' in token ? token.items.flatMap(({ key, value }) => [key, value]) : [];
    const content = token.type === 'document' ? token.value : undefined;
    for (const child of [...inner, content]) {
      if (child !== undefined && child !== null)
        open.push({ token: child, depth: 'items' in child ? depth + 1 : depth });
    }
  }
}
