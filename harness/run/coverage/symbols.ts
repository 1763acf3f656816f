// SPDX-License-Identifier: GPL-2.0-only
// The functions of a kernel whose execution is recorded: asked of a guest once, kept in the cache and in each run that needs them.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { askKernelSymbols } from '../../guest/ask-symbols.ts';
import { DeadlineExpired, GuestDied } from '../../guest/guest-errors.ts';
import type { LiveGuest } from '../../guest/live-guest.ts';
import { InfraError } from '../../host/errors.ts';
import { cacheRoot } from '../../host/places.ts';
import { readSymbols, writeSymbols, type KernelSymbols, type SymbolAt } from '../../kernel/executed/kernel-symbols.ts';
import { guestModules } from '../../kernel/guest-modules.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { elfFunctions } from '../../kernel/lines/elf-functions.ts';
import { closureIn, moduleName, readModuleIndex } from '../../kernel/module-index.ts';

/** Where the functions of a kernel are kept in a folder. */
export function symbolsFile(folder: string, kernelId: string): string {
  return path.join(folder, `${kernelId}.json.gz`);
}

/** The folder of them in the cache. */
export function keptSymbols(): string {
  return path.join(cacheRoot(), 'symbols');
}

/** The folder in that of a run for what its cells share of what was executed. */
export function coverageFolder(runFolder: string): string {
  return path.join(runFolder, 'coverage');
}

/**
 * Writes the functions of a kernel into a folder.
 * @param fork makes a guest that runs the kernel; it is ended
 * @throws GuestDied, DeadlineExpired, InfraError
 */
export async function keepSymbols(
  kernel: Kernel,
  folder: string,
  fork: () => Promise<LiveGuest>,
  signal?: AbortSignal,
): Promise<void> {
  const own = symbolsFile(folder, kernel.id);
  if (existsSync(own)) return;
  const kept = symbolsFile(keptSymbols(), kernel.id);
  let symbols = readSymbols(kept);
  if (symbols === undefined) {
    symbols = await findSymbols(kernel, fork, signal);
    writeSymbols(kept, symbols);
  }
  writeSymbols(own, symbols);
}

async function askInFork(fork: () => Promise<LiveGuest>): Promise<SymbolAt[]> {
  const guest = await fork();
  try {
    return await askKernelSymbols(guest);
  } catch (error) {
    if (!(error instanceof GuestDied || error instanceof DeadlineExpired)) throw error;
    throw new InfraError(`the symbols of the guest could not be read: ${error.message}`, { cause: error });
  } finally {
    await guest.end();
  }
}

async function findSymbols(
  kernel: Kernel,
  fork: () => Promise<LiveGuest>,
  signal: AbortSignal | undefined,
): Promise<KernelSymbols> {
  const sections = new Map<string, SymbolAt[]>();
  sections.set('vmlinux .text', await askInFork(fork));
  const { modules } = kernel;
  if (modules !== undefined) {
    for (const file of closureIn(readModuleIndex(kernel), guestModules)) {
      for (const { name, section, offset, size } of await elfFunctions(path.join(modules, file), signal)) {
        if (section.startsWith('.init') || /^__(?:pfx|cfi)_/.test(name)) continue;
        const key = `${moduleName(file)} ${section}`;
        const own = sections.get(key) ?? [];
        sections.set(key, own);
        own.push({ name, start: offset, size });
      }
    }
  }
  for (const symbols of sections.values()) symbols.sort((a, b) => a.start - b.start);
  return { release: kernel.release, sections };
}
