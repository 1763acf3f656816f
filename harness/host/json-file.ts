// SPDX-License-Identifier: GPL-2.0-only
// Reads JSON files of the cache. Their content is checked by a schema: another version of the harness, or a disk that was
// full, may have left anything.

import { readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { InfraError } from './errors.ts';

/**
 * Reads a file that can be made again. Undefined when it does not exist, or when it is damaged; a damaged file is removed.
 * @throws InfraError naming a file that exists but cannot be read.
 */
export function readCachedJson<T>(file: string, schema: z.ZodType<T>): T | undefined {
  const text = readIfPresent(file);
  if (text === undefined) return undefined;
  const parsed = parseJson(text, schema);
  if (parsed.success) return parsed.data;
  rmSync(file, { force: true });
  return undefined;
}

/**
 * Reads a file that must be there and whole.
 * @param remedy what the user can do when it is not; printed below the error
 * @throws InfraError naming the file, and what is wrong with it.
 */
export function readJson<T>(file: string, schema: z.ZodType<T>, remedy: string): T {
  const text = readIfPresent(file);
  if (text === undefined) throw new InfraError(`${file} is missing`, { hint: remedy });
  const parsed = parseJson(text, schema);
  if (parsed.success) return parsed.data;
  throw new InfraError(`${file} is damaged: ${parsed.why}`, { hint: remedy });
}

/** Checks JSON text by a schema. `why` says in one line what does not fit. */
export function parseJson<T>(
  text: string,
  schema: z.ZodType<T>,
): { success: true; data: T } | { success: false; why: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { success: false, why: 'it is not JSON' };
  }
  const { success, data, error } = schema.safeParse(value);
  if (success) return { success, data };
  const [issue] = error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${z.core.toDotPath(issue.path)}: `;
  return { success: false, why: `${where}${issue?.message ?? 'it does not fit'}` };
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    const why = error instanceof Error ? error.message : String(error);
    throw new InfraError(`${file} cannot be read: ${why}`, { cause: error });
  }
}
