// SPDX-License-Identifier: GPL-2.0-only
// Single values that the cache keeps as files, each with a digest of itself: a damaged digit is a valid number, and a damaged
// word may be another valid word. What does not match its digest counts as not kept, and is found out again.

import { z } from 'zod';
import { writeWholeFile } from './atomic-file.ts';
import { readJsonFileIfWhole } from './json-file.ts';
import { contentKey } from './key.ts';

const keptSchema = z.strictObject({ digest: z.string(), value: z.unknown() });

/** The value in a file; undefined when there is none, when it is damaged, or when it does not fit the schema. */
export function readKept<T>(file: string, schema: z.ZodType<T>): T | undefined {
  const kept = readJsonFileIfWhole(file, keptSchema);
  return kept !== undefined && kept.digest === contentKey(kept.value) ? schema.safeParse(kept.value).data : undefined;
}

/** Keeps a value, which has to be JSON. The folders above the file are made. @throws InfraError naming the file */
export function writeKept(file: string, value: unknown): void {
  writeWholeFile(file, `${JSON.stringify({ digest: contentKey(value), value })}\n`, { makeFolders: true });
}
