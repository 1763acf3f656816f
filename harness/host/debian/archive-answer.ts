// SPDX-License-Identifier: GPL-2.0-only
// Keeps what was found in the archive's indexes, so that the next run needs no index for as long as one counts as fresh.

import { z } from 'zod';
import { writeWholeFile } from '../atomic-file.ts';
import { readCachedJson } from '../json-file.ts';
import { indexMaxAge } from './apt-settings.ts';

export interface ArchiveAnswer<T> {
  value: T;
  /** True for as long as an index of that time would count as fresh. */
  fresh: boolean;
}

/** The answer kept in a file, however old; undefined when there is none, or one that does not fit the schema. */
export function recallAnswer<T>(file: string, schema: z.ZodType<T>): ArchiveAnswer<T> | undefined {
  // `asked` is milliseconds since the epoch.
  const kept = readCachedJson(file, z.object({ asked: z.number(), value: schema }));
  if (kept === undefined) return undefined;
  const age = Date.now() - kept.asked;
  // An age below zero means that the clock was set back.
  return { value: kept.value, fresh: age >= 0 && age < indexMaxAge() };
}

/** Keeps an answer that was found just now. @throws InfraError when the file cannot be written. */
export function keepAnswer(file: string, value: unknown): void {
  writeWholeFile(file, JSON.stringify({ asked: Date.now(), value }), { makeFolders: true });
}
