// SPDX-License-Identifier: GPL-2.0-only
// The modules of one kernel that a guest wants, with what they need, as a cpio archive in the cache.

import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { InfraError } from '../../host/errors.ts';
import { contentKey } from '../../host/key.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { decompressModules, indexModules } from '../../kernel/module-files.ts';
import { closureIn, stateIn, type ModuleIndex } from '../../kernel/module-index.ts';
import { packCpio } from './cpio.ts';
import { ensureGuestFile } from './userspace.ts';

const layerFormat = 2;
const indexFiles = ['modules.order', 'modules.builtin', 'modules.builtin.modinfo'];

/** Those of the names that a kernel neither has as modules nor built in; without a modules folder nobody can tell. */
export function absentModules(kernel: Pick<Kernel, 'modules'>, index: ModuleIndex, names: readonly string[]): string[] {
  return kernel.modules === undefined ? [] : names.filter((name) => stateIn(index, name) === 'absent');
}

/** The layer; undefined for a kernel that has no modules. @throws InfraError naming a module file that is missing. */
export async function buildModuleLayer(
  kernel: Pick<Kernel, 'id' | 'modules' | 'release'>,
  index: ModuleIndex,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<{ path: string; id: string } | undefined> {
  const { modules, release } = kernel;
  if (modules === undefined) return undefined;
  const files = closureIn(index, names);
  const id = contentKey({ layerFormat, kernel: kernel.id, files });
  const folder = await ensureGuestFile(
    `modules-${id}`,
    async (part) => {
      // depmod wants lib/modules; in the guest, where lib is a link into usr, the archive must not bring a folder of
      // that name: the kernel would put it in the link's place (init/initramfs.c:clean_path).
      const build = path.join(part, 'build');
      const target = path.join(build, 'lib/modules', release);
      for (const file of [...files, ...indexFiles]) {
        const source = path.join(modules, file);
        if (!existsSync(source)) {
          if (indexFiles.includes(file)) continue;
          throw new InfraError(`the kernel ${release} lacks the module file ${source}, which its modules.dep names`);
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
