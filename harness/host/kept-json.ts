// SPDX-License-Identifier: GPL-2.0-only
// Single values that the cache keeps as files, each with a digest of itself: a damaged digit is a valid number, and a damaged
// word may be another valid word. What does not match its digest is removed, and found out again.

import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeWholeFile } from './atomic-file.ts';
import { readJsonFileIfWhole } from './json-file.ts';
import { contentKey } from './key.ts';
import { notice } from './notices.ts';

const keptSchema = z.strictObject({ digest: z.string(), value: z.unknown() });

/** The value in a file; undefined when there is none, when it does not fit the schema, or when it was damaged, with a notice then. */
export function readKept<T>(file: string, schema: z.ZodType<T>): T | undefined {
  const kept = readJsonFileIfWhole(file, keptSchema);
  if (kept !== undefined && kept.digest === contentKey(kept.value)) return schema.safeParse(kept.value).data;
  if (existsSync(file)) {
    const name = path.join(path.basename(path.dirname(file)), path.basename(file));
    notice('warning', `${name} in the cache is damaged: it is removed and made again`);
    rmSync(file, { force: true, recursive: true });
  }
  return undefined;
}

/** Keeps a value, which has to be JSON. The folders above the file are made. @throws InfraError naming the file */
export function writeKept(file: string, value: unknown): void {
  writeWholeFile(file, `${JSON.stringify({ digest: contentKey(value), value })}\n`, { makeFolders: true });
}
