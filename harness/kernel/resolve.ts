// SPDX-License-Identifier: GPL-2.0-only
// From what a person wrote after --kernel to a kernel that can be booted.

import { resolveBuilt } from './build/built.ts';
import { catalogLines, loadCatalog } from './catalog.ts';
import { resolveDebian } from './stock/debian.ts';
import { resolveImage } from './image.ts';
import type { Kernel } from './kernel.ts';
import { resolvePatched } from './build/patched.ts';
import type { ResolveOptions } from './resolve-options.ts';
import { parseKernelSpec } from './spec.ts';

/**
 * The kernel that a spec names, fetched and built if it is not in the cache. With a warm cache no network is needed.
 * @throws UsageError for a spec that names nothing or a source that cannot be built; InfraError when something cannot be
 * fetched, or a program is missing.
 */
export async function resolveKernel(spec: string, options: ResolveOptions = {}): Promise<Kernel> {
  const catalog = loadCatalog();
  const parsed = parseKernelSpec(spec, catalogLines(catalog));
  if (parsed.kind === 'image') return resolveImage(spec, parsed.image, parsed.modules);
  switch (parsed.kind) {
    case 'built':
      return resolveBuilt(spec, parsed, catalog, options);
    case 'debian':
      return parsed.series === undefined
        ? resolveDebian(spec, parsed, catalog, options)
        : resolvePatched(spec, parsed, parsed.series, catalog, options);
  }
}
