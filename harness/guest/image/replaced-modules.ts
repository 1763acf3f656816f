// SPDX-License-Identifier: GPL-2.0-only
// What must be changed in a guest that has booted with the modules of one kernel, and loaded few of them, so that it goes on with
// the modules of another kernel that has the same image.

import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Kernel } from '../../kernel/kernel.ts';
import { closureIn, moduleName, readModuleIndex } from '../../kernel/module-index.ts';
import type { LiveGuest } from '../live-guest.ts';
import type { Replies } from '../protocol.ts';
import { readCpio } from './read-cpio.ts';

/** A file of the guest: path without a leading slash. */
export interface GuestFile {
  name: string;
  content: Buffer;
}

/**
 * The files in which the module archive `to` differs from `from`. Undefined when that cannot be brought about in a guest that has
 * loaded `loaded`: one of these is another module, or a file is no longer there.
 */
export function replacedFiles(from: Buffer, to: Buffer, loaded: ReadonlySet<string>): GuestFile[] | undefined {
  const [before, after] = [readCpio(from), readCpio(to)];
  if ([...before.keys()].some((name) => !after.has(name))) return undefined;
  const files = [...after]
    .filter(([name, content]) => before.get(name)?.equals(content) !== true)
    .map(([name, content]) => ({ name, content: Buffer.from(content) }));
  return modulesAmong(files).some((name) => loaded.has(name)) ? undefined : files;
}

/** As `replacedFiles`, for the module archives of two kernels; `early`: the modules that a guest loads first. */
export function replacedBetween(
  from: { archive: string; kernel: Pick<Kernel, 'modules'> },
  to: { archive: string; kernel: Pick<Kernel, 'modules'> },
  early: readonly string[],
): GuestFile[] | undefined {
  const loaded = [from, to].flatMap(({ kernel }) => closureIn(readModuleIndex(kernel), early).map(moduleName));
  return replacedFiles(readFileSync(from.archive), readFileSync(to.archive), new Set(loaded));
}

/** The names of the modules among files. */
export function modulesAmong(files: readonly GuestFile[]): string[] {
  return files.filter(({ name }) => name.endsWith('.ko')).map(({ name }) => moduleName(name));
}

/** Those of the named modules that are the same in two kernels, with all that they need. */
export function sameModules(
  names: readonly string[],
  replaced: readonly GuestFile[],
  kernels: readonly Pick<Kernel, 'modules'>[],
): string[] {
  const others = new Set(modulesAmong(replaced));
  const indexes = kernels.map(readModuleIndex);
  return names.filter((name) =>
    indexes.every((index) => closureIn(index, [name]).every((file) => !others.has(moduleName(file)))),
  );
}

/** Writes files into a guest. @throws GuestDied, DeadlineExpired, InfraError */
export async function writeFiles(
  guest: Pick<LiveGuest, 'request'>,
  files: readonly GuestFile[],
  options: { withinMs: number; signal?: AbortSignal | undefined },
): Promise<Replies['run']> {
  const tar = pack();
  for (const { name, content } of files) tar.entry({ name, mode: 0o644, mtime: new Date(0) }, content);
  tar.finalize();
  // A byte of a request costs the agent more under TCG than a byte to unpack.
  const stdin = (await buffer(tar.pipe(createGzip()))).toString('base64');
  const argv = ['sh', '-c', 'base64 --decode | tar --extract --gzip --directory / --file -'];
  return guest.request('run', { argv, stdin }, options);
}
