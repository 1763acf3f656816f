// SPDX-License-Identifier: GPL-2.0-only
// Which modules a kernel has and in which order they load, from modules.dep and modules.builtin.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Kernel } from './kernel.ts';

export type ModuleState = 'module' | 'builtin' | 'absent';

export interface ModuleIndex {
  /** By name: path below the modules folder, and the paths it needs, each before those that need it. */
  modules: ReadonlyMap<string, { path: string; needs: string[] }>;
  builtin: ReadonlySet<string>;
}

/** A module's name as the kernel writes it: no folder, no `.ko.xz`, underscores. */
export function moduleName(file: string): string {
  return path.posix
    .basename(file)
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_');
}

/** Parses modules.dep and modules.builtin. modules.dep lists what a module needs in reverse order of loading (depmod(8)). */
export function parseModuleIndex(dep: string, builtin: string): ModuleIndex {
  const modules = new Map<string, { path: string; needs: string[] }>();
  for (const line of dep.split('\n')) {
    const colon = line.indexOf(':');
    if (colon === -1) continue;
    const file = line.slice(0, colon);
    const needs = line
      .slice(colon + 1)
      .split(' ')
      .filter((word) => word !== '')
      .reverse();
    modules.set(moduleName(file), { path: file, needs });
  }
  return { modules, builtin: new Set(builtin.split('\n').filter(Boolean).map(moduleName)) };
}

/** Whether a module can be loaded, is part of the image, or neither. */
export function stateIn(index: ModuleIndex, name: string): ModuleState {
  const plain = moduleName(name);
  if (index.modules.has(plain)) return 'module';
  return index.builtin.has(plain) ? 'builtin' : 'absent';
}

/** Paths of the named modules and all they need, in load order; names that are not modules are skipped. */
export function closureIn(index: ModuleIndex, names: readonly string[]): string[] {
  const paths = new Set<string>();
  for (const name of names) {
    const module = index.modules.get(moduleName(name));
    if (module === undefined) continue;
    for (const need of module.needs) paths.add(need);
    paths.add(module.path);
  }
  return [...paths];
}

/** The index of a kernel; empty when it has no modules folder. */
export function readModuleIndex(kernel: Pick<Kernel, 'modules'>): ModuleIndex {
  const { modules } = kernel;
  if (modules === undefined) return parseModuleIndex('', '');
  const read = (name: string): string => {
    const file = path.join(modules, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  return parseModuleIndex(read('modules.dep'), read('modules.builtin'));
}

/**
 * Whether a kernel has a module. Of a kernel without a modules folder nothing more is known than that it loads none:
 * `builtin`.
 */
export function moduleState(kernel: Pick<Kernel, 'modules'>, name: string): ModuleState {
  return kernel.modules === undefined ? 'builtin' : stateIn(readModuleIndex(kernel), name);
}
