// SPDX-License-Identifier: GPL-2.0-only
// Builds the initramfs of a guest: userspace, modules and agent, joined into one file. The cache keeps it by content.

import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { contentKey } from '../../host/key.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { moduleName, readModuleIndex, stateIn } from '../../kernel/module-index.ts';
import { joinCpios, packCpio } from './cpio.ts';
import { absentModules, buildModuleArchive } from './module-archive.ts';
import { buildUserspace, ensureGuestFile, type BuildOptions } from './userspace.ts';

export interface InitramfsRequest {
  kernel: Pick<Kernel, 'id' | 'modules' | 'release'>;
  /** The static program that becomes /init, and its content key. */
  agent: { path: string; id: string };
  /** Modules that may be loaded later. */
  modules: readonly string[];
  /** Modules that the agent loads first. /etc/hazmat/modules.early lists those that are not built in. */
  early: readonly string[];
}

export interface Initramfs {
  path: string;
  id: string;
  /** The archive of its modules, which is a part of it; undefined for a kernel without a modules folder. */
  modules: string | undefined;
  /** Requested modules that this kernel has neither as files nor built in. */
  absent: string[];
}

/** Builds the initramfs for a kernel. @throws InfraError naming a program, library or module that is missing. */
export async function buildInitramfs(request: InitramfsRequest, options: BuildOptions = {}): Promise<Initramfs> {
  const { kernel, agent, early } = request;
  const wanted = [...new Set([...early, ...request.modules].map(moduleName))];
  const index = readModuleIndex(kernel);
  const userspace = await buildUserspace(options);
  const modules = await buildModuleArchive(kernel, index, wanted, options.signal);
  const first = early.map(moduleName).filter((name) => stateIn(index, name) === 'module');
  const id = contentKey({ userspace: userspace.id, modules: modules?.id ?? null, agent: agent.id, first });
  const folder = await ensureGuestFile(
    `initramfs-${id}`,
    async (part) => {
      const tree = path.join(part, 'tree');
      mkdirSync(path.join(tree, 'etc/hazmat'), { recursive: true });
      copyFileSync(agent.path, path.join(tree, 'init'));
      chmodSync(path.join(tree, 'init'), 0o755);
      writeFileSync(path.join(tree, 'etc/hazmat/modules.early'), first.map((name) => `${name}\n`).join(''));
      const own = path.join(part, 'agent.cpio');
      await packCpio(tree, own);
      const parts = [userspace.path, ...(modules === undefined ? [] : [modules.path]), own];
      joinCpios(parts, path.join(part, 'initramfs.cpio'));
      rmSync(tree, { recursive: true });
      rmSync(own);
    },
    options.signal,
  );
  const absent = absentModules(kernel, index, wanted);
  return { path: path.join(folder, 'initramfs.cpio'), id, modules: modules?.path, absent };
}
