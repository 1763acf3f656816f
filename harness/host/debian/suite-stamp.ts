// SPDX-License-Identifier: GPL-2.0-only
// What is remembered about the last refresh of a suite's index. Times are in milliseconds since the epoch.

import path from 'node:path';
import { z } from 'zod';
import { writeWholeFile } from '../atomic-file.ts';
import { readCachedJson } from '../json-file.ts';
import { indexMaxAge } from './apt-settings.ts';

const stampSchema = z.object({
  /** The line of sources.list that the index came from. */
  source: z.string(),
  /** When the index was last fetched whole. */
  fetched: z.number().optional(),
  /** Why it could not be refreshed when last tried: one sentence. */
  fault: z.string().optional(),
  /** The mirror does not carry the suite. */
  gone: z.boolean().optional(),
  /** Until when there is no need to ask again. */
  until: z.number().optional(),
});

export type SuiteStamp = z.output<typeof stampSchema>;

/** A mirror that does not answer may do so soon, but asking it again for every kernel of a run would be slow. Milliseconds. */
const retryAfter = 5 * 60_000;

/** Reads the stamp of a suite below an apt root; undefined when there is none. */
export function readStamp(root: string, suite: string): SuiteStamp | undefined {
  return readCachedJson(stampFile(root, suite), stampSchema);
}

/** @throws InfraError when the file cannot be written. */
export function writeStamp(root: string, suite: string, stamp: SuiteStamp): void {
  writeWholeFile(stampFile(root, suite), JSON.stringify(stamp), { makeFolders: true });
}

/** The stamp of an index that was fetched just now. */
export function freshStamp(source: string): SuiteStamp & { fetched: number } {
  const now = Date.now();
  return { source, fetched: now, until: now + indexMaxAge() };
}

/** The stamp of a refresh that failed just now. `gone`: asking again before the index would be old is no use. */
export function failedStamp(source: string, failure: { fault: string; gone: boolean; fetched?: number | undefined }) {
  const wait = failure.gone ? indexMaxAge() : Math.min(indexMaxAge(), retryAfter);
  return { source, ...failure, until: Date.now() + wait } satisfies SuiteStamp;
}

/** True while a suite need not be asked for again. A time further ahead than can be means that the clock was set back. */
export function isSettled({ until }: SuiteStamp): boolean {
  return until !== undefined && Date.now() < until && until <= Date.now() + indexMaxAge();
}

function stampFile(root: string, suite: string): string {
  return path.join(root, 'stamps', `${suite}.json`);
}
