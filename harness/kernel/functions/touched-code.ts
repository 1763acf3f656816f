// SPDX-License-Identifier: GPL-2.0-only
// The functions with a symbol that have code which a series changes in them. Pure.

import { changedFunctions, type ChangedFile } from './changed-functions.ts';
import { SourceFile, symbolsFor } from './users.ts';

export interface TouchedFunctions {
  /** What is changed, as the source has it. */
  changed: { file: string; name: string }[];
  /** The functions with a symbol that may have it in them. */
  names: string[];
  /** What else is changed, and functions that are nowhere, each a sentence. */
  open: string[];
}

/** @param hasSymbol whether the kernel has a function of that name, in its image or in a module */
export function touchedFunctions(
  files: readonly ChangedFile[],
  hasSymbol: (name: string) => boolean,
): TouchedFunctions {
  const { functions, others } = changedFunctions(files, hasSymbol);
  const sources = new Map(files.map(({ path, before = '' }) => [path, new SourceFile(before)]));
  const names = new Set<string>();
  const open = [...others];
  for (const { file, name } of functions) {
    const source = sources.get(file);
    const found = source === undefined ? undefined : symbolsFor(name, source, hasSymbol);
    if (found === undefined) open.push(`${name}() of ${file} is in no function that the map has`);
    for (const one of found ?? []) names.add(one);
  }
  return { changed: functions, names: [...names], open };
}
