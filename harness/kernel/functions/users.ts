// SPDX-License-Identifier: GPL-2.0-only
// Which functions have the code of a function in them: those that it may have been inlined into. Pure.

import { definitionsIn, withoutComments, type Definition } from './definitions.ts';

/** A C file, taken apart once. */
export class SourceFile {
  readonly definitions: readonly Definition[];
  readonly #texts: string[];

  constructor(source: string) {
    this.definitions = definitionsIn(source);
    const lines = withoutComments(source).split('\n');
    this.#texts = this.definitions.map(({ first, last }) => lines.slice(first - 1, last).join('\n'));
  }

  /** The functions of the file that name a function or a macro, directly or through macros. */
  usersOf(name: string): string[] {
    const users = new Set<string>();
    const seen = new Set([name]);
    for (const wanted of seen) {
      const word = new RegExp(`\\b${wanted}\\b`);
      for (const [index, { kind, name: own }] of this.definitions.entries()) {
        if (own === wanted || !word.test(this.#texts[index] ?? '')) continue;
        if (kind === 'function') users.add(own);
        else seen.add(own);
      }
    }
    users.delete(name);
    return [...users];
  }
}

/**
 * The functions with a symbol that may have the code of one in them: itself, and whoever names it in its file, because a copy may be
 * inlined there even if there is a symbol; of a user without a symbol whoever names that one, and so on. Undefined when nobody names one
 * that is nowhere: then nothing is known.
 */
export function symbolsFor(name: string, file: SourceFile, hasSymbol: (name: string) => boolean): string[] | undefined {
  const found = new Set<string>();
  const seen = new Set([name]);
  for (const one of seen) {
    if (hasSymbol(one)) found.add(one);
    if (hasSymbol(one) && one !== name) continue;
    const users = file.usersOf(one);
    // It is not compiled, or made by a macro, or used in another way.
    if (users.length === 0 && !hasSymbol(one)) return undefined;
    for (const user of users) seen.add(user);
  }
  return [...found];
}
