// SPDX-License-Identifier: GPL-2.0-only
// Reads JSON files of the cache through a schema: what another version wrote, or what is damaged, is never believed.

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { InfraError } from './errors.ts';

/**
 * The content of a file that must be there.
 * @throws InfraError naming the file when it cannot be read, is not JSON, or does not fit the schema. `hint`: how to get
 * a whole one.
 */
export function readJsonFile<T>(file: string, schema: z.ZodType<T>, hint: string): T {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : cause instanceof Error ? cause.message : '';
    throw new InfraError(`${file} is missing or damaged`, { hint: `${why}\n${hint}`.trim(), cause });
  }
}

/** The content of a file that can be made again; undefined when it is missing, damaged, or does not fit the schema. */
export function readJsonFileIfWhole<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
