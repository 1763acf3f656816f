// SPDX-License-Identifier: GPL-2.0-only
// The line tables of a kernel that was built, from the build tree of kernels like it, as long as that is there.

import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { catalogLines, loadCatalog } from '../catalog.ts';
import { chooseConfig } from '../config/choose-config.ts';
import type { KernelSymbols } from '../executed/kernel-symbols.ts';
import { fileLines, type CodeLine } from '../lines/file-lines.ts';
import type { ResolveOptions } from '../resolve-options.ts';
import type { PatchedSource } from '../series/patched-source.ts';
import { parseKernelSpec } from '../spec.ts';
import { buildTreeName } from './build-kernel.ts';
import { buildTreeRoot, inBuildTree } from './build-tree.ts';
import { configWords } from './built.ts';

/** A kernel that was built earlier. */
export interface BuiltEarlier {
  spec: string;
  version: string;
  source: PatchedSource;
  symbols: KernelSymbols;
}

/**
 * The lines of files; or why there are none, in a sentence.
 * @throws InfraError when git, the compiler or a program of binutils fails
 */
export async function lineTables(
  { spec, version, source, symbols }: BuiltEarlier,
  files: readonly string[],
  options: ResolveOptions = {},
): Promise<Map<string, CodeLine[]> | string> {
  const parsed = parseKernelSpec(spec, catalogLines(loadCatalog()));
  if (parsed.kind !== 'built') return 'a stock kernel comes without line tables';
  const name = buildTreeName(version, chooseConfig(configWords(parsed.base, options)));
  if (!existsSync(path.join(buildTreeRoot(), name, 'out/vmlinux'))) return 'its build tree is not there any more';
  return inBuildTree(
    source.repo,
    name,
    async ({ tree, out, moveTo }) => {
      await moveTo(source.commit, options.signal);
      const scratch = source.repo.scratch();
      try {
        return await fileLines({ tree, objects: out }, files, symbols, scratch, options.signal);
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
    },
    options,
  );
}
