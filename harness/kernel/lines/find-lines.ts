// SPDX-License-Identifier: GPL-2.0-only
// Finds the code of the lines that a series adds in what was just built.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { InfraError } from '../../host/errors.ts';
import { runProgram } from '../../host/program.ts';
import type { PatchedSource } from '../series/patched-source.ts';
import { addedLines } from './added-lines.ts';
import { elfFunctions, type ElfFunction } from './elf-functions.ts';
import { objectLines, type ObjectLines } from './object-lines.ts';
import { breakpointsFor, patchSites, type CodePlace, type PatchSites } from './patch-sites.ts';
import type { LineFunction, LinePlace, SeriesLines } from './series-lines.ts';

/** What was built, with the symbols of its functions. */
export interface BuiltFiles {
  /** The source. */
  tree: string;
  /** Where its objects are: the tree, or the folder of `O=`. */
  objects: string;
  /** Folders below `objects` that were built; everything when empty. */
  folders: readonly string[];
  /** Absolute paths of the modules that were built. */
  modules: readonly string[];
  vmlinux: string | undefined;
}

/** Objects that are no part of the kernel's code: some are for another mode of the CPU, and what links the kernel does not take them. */
const notOfKernel = /^(?:arch\/[^/]+\/(?:boot|entry\/vdso|purgatory|realmode)|scripts|tools|usr)\//;

/** A header that more objects include than these is looked at in these only. */
const mostUsers = 20;

/**
 * @param scratch a folder for temporary files
 * @throws InfraError when git or readelf of the kernel fails
 */
export async function findLines(
  source: PatchedSource,
  built: BuiltFiles,
  scratch: string,
  signal?: AbortSignal,
): Promise<SeriesLines> {
  const lines = await addedLines(source, signal);
  const indexes = new Map(lines.map(({ file, line }, index) => [`${file}:${line}`, index]));
  const notes: string[] = [];
  const images = new Images(built, signal);
  const places = new Map<string, LinePlace>();
  const functions = new Map<string, LineFunction>();
  for (const object of await objectsOf(new Set(lines.map(({ file }) => file)), built, notes, signal)) {
    const found = await objectLines(built.objects, object, scratch, signal).catch((error: unknown) => {
      signal?.throwIfAborted();
      if (!(error instanceof InfraError)) throw error;
      // The kernel is built and can be tested all the same.
      notes.push(`The line table of ${object} could not be made: ${error.message}`);
      return undefined;
    });
    if (found === undefined) continue;
    for (const one of found.lines) {
      const index = indexes.get(`${path.relative(built.tree, one.file)}:${one.line}`);
      if (index === undefined) continue;
      const place = await images.find(found, one.function);
      if (place === undefined) {
        notes.push(`${one.function.name} of ${object} is not in its image as it was compiled: it is left out.`);
        continue;
      }
      const { image, section, offset } = place;
      const at = offset + one.at;
      const { statement } = one;
      places.set(`${image} ${section} ${at} ${index} ${statement}`, { image, section, at, line: index, statement });
      const { name, size } = one.function;
      functions.set(`${image} ${section} ${offset}`, { name, image, section, start: offset, end: offset + size });
    }
  }
  const found = [...places.values()];
  const patched: SeriesLines['patched'] = [];
  for (const [place, one] of found.entries()) {
    const instead = await images.insteadOf(one);
    if (instead === undefined) continue;
    patched.push({ place, instead });
    const { file, line } = lines[one.line] ?? { file: '', line: 0 };
    if (instead.length === 0) notes.push(`${file}:${line} is code that the kernel patches: under KVM it is not seen.`);
  }
  return { lines, places: found, functions: [...functions.values()], patched, notes: [...new Set(notes)] };
}

/** The objects that have code of some files: of a .c file its own, of a header those that include it. */
async function objectsOf(
  files: ReadonlySet<string>,
  { objects, folders }: BuiltFiles,
  notes: string[],
  signal?: AbortSignal,
): Promise<string[]> {
  const found = new Set<string>();
  for (const file of files) {
    if (file.endsWith('.c')) found.add(file.replace(/\.c$/, '.o'));
    if (!file.endsWith('.h')) continue;
    const where = folders.length === 0 ? ['.'] : folders;
    const argv = ['grep', '-rlF', '--include=.*.o.cmd', `/${path.posix.basename(file)}`, ...where];
    const { stdout } = await runProgram(argv, { cwd: objects, accept: [0, 1, 2], signal });
    const users = stdout
      .split('\n')
      .filter(Boolean)
      .map((name) => path.posix.join(path.posix.dirname(name), path.posix.basename(name).slice(1, -'.cmd'.length)))
      .filter((user) => !notOfKernel.test(user));
    if (users.length > mostUsers) {
      notes.push(`${file} is included by ${users.length} objects: its lines are looked for in ${mostUsers} of them.`);
    }
    for (const user of users.sort().slice(0, mostUsers)) found.add(user);
  }
  return [...found].sort();
}

interface Place {
  image: string;
  section: string;
  offset: number;
}

/** The functions of vmlinux and of modules, each file read once. */
class Images {
  readonly #built: BuiltFiles;
  readonly #signal: AbortSignal | undefined;
  readonly #functions = new Map<string, Promise<Map<string, ElfFunction[]>>>();
  readonly #sites = new Map<string, Promise<PatchSites>>();

  constructor(built: BuiltFiles, signal: AbortSignal | undefined) {
    this.#built = built;
    this.#signal = signal;
  }

  /** Where a function of an object is, by its name, its size and its source; undefined when it is not there or not the only one. */
  async find(
    { module, source }: Pick<ObjectLines, 'module' | 'source'>,
    { name, size }: Pick<ElfFunction, 'name' | 'size'>,
  ): Promise<Place | undefined> {
    const file = this.#fileOf(module ?? 'vmlinux');
    if (file === undefined) return undefined;
    const all = this.#functions.get(file) ?? this.#read(file);
    this.#functions.set(file, all);
    const same = ((await all).get(name) ?? []).filter(
      (one) => one.size === size && (one.source === undefined || one.source === source),
    );
    const [only] = same;
    // The initialization code of a kernel is freed after the boot; others may run at its address.
    if (only === undefined || same.length > 1 || only.section.startsWith('.init')) return undefined;
    return { image: module ?? 'vmlinux', section: only.section, offset: only.offset };
  }

  /** Where breakpoints stand for a place, if not there; undefined: there. */
  async insteadOf({ image, section, at }: LinePlace): Promise<CodePlace[] | undefined> {
    const file = this.#fileOf(image);
    if (file === undefined) return undefined;
    const known = this.#sites.get(file) ?? patchSites(file, this.#signal);
    this.#sites.set(file, known);
    const found = breakpointsFor(await known, { section, at });
    return found.length === 1 && found[0]?.section === section && found[0].at === at ? undefined : found;
  }

  #fileOf(image: string): string | undefined {
    const { modules, vmlinux } = this.#built;
    return image === 'vmlinux' ? vmlinux : modules.find((one) => moduleName(one) === image && existsSync(one));
  }

  async #read(file: string): Promise<Map<string, ElfFunction[]>> {
    const byName = new Map<string, ElfFunction[]>();
    for (const one of await elfFunctions(file, this.#signal))
      byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
    return byName;
  }
}

/** The name of a module in the kernel by its file: `dm-mod.ko` is dm_mod. */
function moduleName(file: string): string {
  return path.basename(file, '.ko').replaceAll('-', '_');
}
