// SPDX-License-Identifier: GPL-2.0-only
// The modules of a kernel that a guest needs, with their dependencies, as a cpio archive in the cache.

import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { InfraError } from '../../host/errors.ts';
import { contentKey } from '../../host/key.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { decompressModules, indexModules } from '../../kernel/module-files.ts';
import { closureIn, stateIn, type ModuleIndex } from '../../kernel/module-index.ts';
import { packCpio } from './cpio.ts';
import { ensureGuestFile } from './userspace.ts';

/** Part of every key: to be raised when the content of the archive changes for the same input. */
const format = 2;
const indexFiles = ['modules.order', 'modules.builtin', 'modules.builtin.modinfo'];

/** The names of modules that a kernel has neither as files nor built in; none for a kernel without a modules folder. */
export function absentModules(kernel: Pick<Kernel, 'modules'>, index: ModuleIndex, names: readonly string[]): string[] {
  return kernel.modules === undefined ? [] : names.filter((name) => stateIn(index, name) === 'absent');
}

/** Builds the archive; undefined for a kernel without a modules folder. @throws InfraError naming a missing module file. */
export async function buildModuleArchive(
  kernel: Pick<Kernel, 'id' | 'modules' | 'release'>,
  index: ModuleIndex,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<{ path: string; id: string } | undefined> {
  const { modules, release } = kernel;
  if (modules === undefined) return undefined;
  const files = closureIn(index, names);
  const id = contentKey({ layerFormat: format, kernel: kernel.id, files });
  const folder = await ensureGuestFile(
    `modules-${id}`,
    async (part) => {
      // depmod needs lib/modules. In the guest lib is a symlink to usr/lib, so the archive must not contain a folder of
      // that name: the kernel would replace the symlink by it (init/initramfs.c:clean_path).
      const build = path.join(part, 'build');
      const target = path.join(build, 'lib/modules', release);
      for (const file of [...files, ...indexFiles]) {
        const source = path.join(modules, file);
        if (!existsSync(source)) {
          if (indexFiles.includes(file)) continue;
          throw new InfraError(`the kernel ${release} has no module file ${source}, which its modules.dep names`);
        }
        mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
        copyFileSync(source, path.join(target, file));
      }
      mkdirSync(target, { recursive: true });
      await decompressModules(target, signal);
      await indexModules(build, release, signal);
      const tree = path.join(part, 'tree');
      mkdirSync(path.join(tree, 'usr'), { recursive: true });
      renameSync(path.join(build, 'lib'), path.join(tree, 'usr/lib'));
      await packCpio(tree, path.join(part, 'modules.cpio'));
      rmSync(build, { recursive: true });
      rmSync(tree, { recursive: true });
    },
    signal,
  );
  return { path: path.join(folder, 'modules.cpio'), id };
}
