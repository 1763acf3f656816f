// SPDX-License-Identifier: GPL-2.0-only
// Compiler warnings by object. A build compiles only what changed, so the warnings of all other objects are kept.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readJsonFileIfWhole } from '../../host/json-file.ts';

const warningsSchema = z.record(z.string(), z.array(z.string()));

/** Object -> what the compiler warned about it. */
export type Warnings = ReadonlyMap<string, readonly string[]>;

/** The file with the warnings of a build tree or of a kernel in the cache. */
export function warningsFile(folder: string): string {
  return path.join(folder, 'warnings.json');
}

/** The warnings of a folder; undefined when they are not known: the file is missing or damaged. */
export function readWarnings(folder: string): Warnings | undefined {
  const kept = readJsonFileIfWhole(warningsFile(folder), warningsSchema);
  return kept === undefined ? undefined : new Map(Object.entries(kept));
}

/** Replaces the warnings of those objects that a build compiled. */
export function mergeWarnings(folder: string, compiled: Warnings): void {
  const all = new Map(readWarnings(folder));
  for (const [object, warnings] of compiled) {
    if (warnings.length === 0) all.delete(object);
    else all.set(object, warnings);
  }
  writeFileSync(warningsFile(folder), `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
}

/** The warnings about some files of the source, each once. Pure. */
export function warningsIn(files: readonly { path: string }[], all: Warnings): string[] {
  const own = new Set(files.map(({ path: file }) => file));
  return [...new Set([...all.values()].flat())].filter((warning) => own.has(warning.split(':')[0] ?? ''));
}

/** Warnings of `after` that `before` did not have, each once. Pure. */
export function newWarnings(before: Warnings, after: Warnings): string[] {
  const fresh = [...after].flatMap(([object, warnings]) => {
    const old = new Set(before.get(object));
    return warnings.filter((warning) => !old.has(warning));
  });
  return [...new Set(fresh)];
}
