// SPDX-License-Identifier: GPL-2.0-only
// Kernels that one machine has fetched or built, for others that only test: exported to a file, imported into their cache.

import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { InfraError, UsageError } from '../host/errors.ts';
import { readJsonFile } from '../host/json-file.ts';
import { readKept, writeKept } from '../host/kept-json.ts';
import { contentKey } from '../host/key.ts';
import { ownLife } from '../host/life.ts';
import { verify } from '../host/manifest.ts';
import { cacheRoot } from '../host/places.ts';
import { runProgram } from '../host/program.ts';
import { removeTree } from '../host/remove-tree.ts';
import { ensureKernel, kernelCache } from './kernel-cache.ts';
import type { Kernel } from './kernel.ts';
import type { ResolveOptions } from './resolve-options.ts';
import { resolveKernel } from './resolve.ts';

/** How a kernel was asked for: who asks for the same gets it. */
const askedSchema = z.strictObject({ spec: z.string(), config: z.array(z.string()), configFromTree: z.boolean() });
type Asked = z.infer<typeof askedSchema>;

const carriedSchema = z.strictObject({
  asked: askedSchema,
  label: z.string(),
  version: z.string(),
  release: z.string(),
  id: z.string().regex(/^[0-9a-f]+$/),
  origin: z.string(),
  moreMemory: z.number().exactOptional(),
  hasVmlinux: z.boolean(),
});
type Carried = z.infer<typeof carriedSchema>;

const listSchema = z.strictObject({ version: z.literal(1), kernels: z.array(carriedSchema).min(1) });
const listName = 'hazmat-kernels.json';

/**
 * Makes the kernels ready and writes them to a .tar file, compressed as its name says (.tar.zst, .tar.xz, .tar.gz).
 * @throws UsageError for an `image:`, which can be copied as it is; what resolveKernel throws; InfraError
 */
export async function exportKernels(
  specs: readonly string[],
  file: string,
  options: ResolveOptions,
): Promise<string[]> {
  const kernels: Carried[] = [];
  for (const spec of specs) {
    if (spec.startsWith('image:')) throw new UsageError(`${spec} is already a file: copy it`);
    kernels.push(carriedOf(await resolveKernel(spec, options), options));
  }
  const work = workFolder('export');
  try {
    writeFileSync(
      path.join(work, listName),
      JSON.stringify({ version: 1, kernels } satisfies z.infer<typeof listSchema>),
    );
    const ids = [...new Set(kernels.map(({ id }) => id))];
    const argv = ['tar', '--create', '--auto-compress', '--file', path.resolve(file), '-C', work, listName];
    await runProgram([...argv, '-C', kernelCache().root, ...ids], { signal: options.signal });
  } finally {
    removeTree(work);
  }
  return kernels.map(({ asked, origin }) => `${asked.spec}: ${origin}`);
}

/**
 * Puts the kernels of such a file into the cache, and remembers how they were asked for. Each file of them is compared with its
 * digest first.
 * @throws UsageError when it is not such a file; InfraError when it is damaged
 */
export async function importKernels(file: string, signal?: AbortSignal): Promise<string[]> {
  const work = workFolder('import');
  try {
    await runProgram(['tar', '--extract', '--no-same-owner', '--file', path.resolve(file), '-C', work], { signal });
    const { kernels } = readList(work, file);
    for (const carried of kernels) {
      const folder = path.join(work, carried.id);
      await ensureKernel(
        carried.id,
        async (part) => {
          const damage = await verify(folder);
          if (damage !== undefined) throw new InfraError(`${file} is damaged: ${carried.asked.spec}: ${damage}`);
          for (const name of readdirSync(folder)) renameSync(path.join(folder, name), path.join(part, name));
        },
        signal,
      );
      writeKept(importedFile(carried.asked), carried);
    }
    return kernels.map(({ asked, origin }) => `${asked.spec}: ${origin}`);
  } finally {
    removeTree(work);
  }
}

/** An imported kernel that was asked for like this; undefined when there is none, or it is no longer in the cache. */
export async function importedKernel(
  spec: string,
  options: Pick<ResolveOptions, 'config' | 'configFromTree' | 'signal'>,
): Promise<Kernel | undefined> {
  const carried = readKept(importedFile(askedOf(spec, options)), carriedSchema);
  if (carried === undefined) return undefined;
  const cache = kernelCache();
  await cache.hold(carried.id, options.signal);
  const folder = cache.find(carried.id);
  if (folder === undefined) {
    cache.letGo(carried.id);
    return undefined;
  }
  const { label, version, release, id, origin, moreMemory, hasVmlinux } = carried;
  return {
    spec,
    label,
    version,
    release,
    image: path.join(folder, 'vmlinuz'),
    modules: path.join(folder, 'lib/modules', release),
    vmlinux: hasVmlinux ? path.join(folder, 'vmlinux') : undefined,
    id,
    moreMemory,
    origin: `${origin}; imported`,
  };
}

/** Whether a kernel of this name was imported, with any configuration. */
export function isImported(spec: string): boolean {
  return namesIn(importedRoot()).some(
    (name) => readKept(path.join(importedRoot(), name), carriedSchema)?.asked.spec === spec,
  );
}

function carriedOf(kernel: Kernel, options: ResolveOptions): Carried {
  const { spec, label, version, release, id, origin, moreMemory, vmlinux } = kernel;
  return {
    asked: askedOf(spec, options),
    ...{ label, version, release, id, origin, hasVmlinux: vmlinux !== undefined },
    ...(moreMemory === undefined ? {} : { moreMemory }),
  };
}

function askedOf(spec: string, { config = [], configFromTree = false }: ResolveOptions): Asked {
  return { spec, config: [...config], configFromTree };
}

function readList(work: string, file: string): z.infer<typeof listSchema> {
  try {
    return readJsonFile(path.join(work, listName), listSchema, '');
  } catch (cause) {
    throw new UsageError(`${file} was not made by hazmat kernel export`, { cause });
  }
}

function importedRoot(): string {
  return path.join(cacheRoot(), 'imported');
}

function importedFile(asked: Asked): string {
  return path.join(importedRoot(), `${contentKey(asked)}.json`);
}

/** The next start removes what a sudden death leaves of it. */
function workFolder(kind: string): string {
  const folder = path.join(cacheRoot(), `${kind}-${ownLife(cacheRoot())}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nothing was imported yet
  }
}
