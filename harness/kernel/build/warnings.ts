// SPDX-License-Identifier: GPL-2.0-only
// Compiler warnings by object. A build compiles only what changed, so what the others said before is kept beside them.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** By object. */
export type Warnings = ReadonlyMap<string, readonly string[]>;

/** Where the warnings of a build tree or a stored kernel are. */
export function warningsFile(folder: string): string {
  return path.join(folder, 'warnings.json');
}

/** By object; empty where nothing is known. */
export function readWarnings(folder: string): Warnings {
  const file = warningsFile(folder);
  if (!existsSync(file)) return new Map();
  return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string[]>));
}

/** Puts what a build said in the place of what its objects said before. */
export function mergeWarnings(folder: string, said: Warnings): void {
  const all = new Map(readWarnings(folder));
  for (const [object, warnings] of said) {
    if (warnings.length === 0) all.delete(object);
    else all.set(object, warnings);
  }
  writeFileSync(warningsFile(folder), `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
}

/** Warnings of `after` that `before` did not have, each once. Pure. */
export function newWarnings(before: Warnings, after: Warnings): string[] {
  const fresh = [...after].flatMap(([object, warnings]) => {
    const old = new Set(before.get(object));
    return warnings.filter((warning) => !old.has(warning));
  });
  return [...new Set(fresh)];
}
