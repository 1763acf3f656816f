// SPDX-License-Identifier: GPL-2.0-only
// meta.json: what is known about a kernel in the cache, in the folder of its image and modules.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readJsonFile } from '../host/json-file.ts';

/** What is known about every kernel in the cache; stock, patched and built kernels extend it. */
export const keptKernelSchema = z.object({
  /** As uname -r prints it. */
  release: z.string(),
  /** Upstream version: `6.12.107`. */
  version: z.string(),
  /** Where it came from, for a person. */
  origin: z.string(),
});

type KeptKernel = z.infer<typeof keptKernelSchema>;

/**
 * Reads meta.json of a kernel's folder.
 * @throws InfraError naming the file when it is missing or damaged.
 */
export function readKeptKernel<T extends KeptKernel>(folder: string, schema: z.ZodType<T>): T {
  return readJsonFile(
    metaFile(folder),
    schema,
    `Remove ${folder}: the kernel is fetched or built again when it is needed.`,
  );
}

/** Writes meta.json into a kernel's folder. */
export function writeKeptKernel(folder: string, kept: KeptKernel): void {
  writeFileSync(metaFile(folder), `${JSON.stringify(kept, null, 2)}\n`);
}

function metaFile(folder: string): string {
  return path.join(folder, 'meta.json');
}
