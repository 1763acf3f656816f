// SPDX-License-Identifier: GPL-2.0-only
// Module files on disk: decompresses them, and indexes them with depmod.

import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { runProgram } from '../host/program.ts';
import { entriesBelow } from '../host/walk.ts';

/** Files for one call of xz or zstd: their names must fit into one command line. */
const batch = 400;

/** Replaces every `.ko.xz`, `.ko.zst` and `.ko.gz` below a folder by its `.ko`. @throws InfraError when one is damaged. */
export async function decompressModules(folder: string, signal?: AbortSignal): Promise<void> {
  const files = entriesBelow(folder).map((file) => path.join(folder, file));
  const ending = (suffix: string): string[] => files.filter((file) => file.endsWith(`.ko.${suffix}`));
  const jobs = [
    ...batches(ending('xz')).map((some) => () => runProgram(['xz', '-d', '-q', '--', ...some], { signal })),
    ...batches(ending('zst')).map((some) => () => runProgram(['zstd', '-d', '-q', '--rm', '--', ...some], { signal })),
  ];
  const worker = async (): Promise<void> => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job();
  };
  await Promise.all([worker(), worker()]);
  for (const file of ending('gz')) {
    writeFileSync(file.slice(0, -'.gz'.length), gunzipSync(readFileSync(file)));
    rmSync(file);
  }
}

/**
 * Writes modules.dep and the other indexes into ROOT/lib/modules/RELEASE. depmod may be built to look below usr/lib instead,
 * so usr/lib is made a link to the same folder.
 */
export async function indexModules(root: string, release: string, signal?: AbortSignal): Promise<void> {
  if (lstatSync(path.join(root, 'usr/lib'), { throwIfNoEntry: false }) === undefined) {
    mkdirSync(path.join(root, 'usr'), { recursive: true });
    symlinkSync('../lib', path.join(root, 'usr/lib'));
  }
  await runProgram(['depmod', '-b', root, release], { signal });
}

/** Removes the binary copies of the indexes: modprobe reads them in the guest, and the initramfs has its own. */
export function dropBinaryIndexes(modules: string): void {
  for (const name of readdirSync(modules)) {
    if (/\.bin$|^modules\.(symbols|devname)$/.test(name)) rmSync(path.join(modules, name));
  }
}

function batches(files: readonly string[]): string[][] {
  const all: string[][] = [];
  for (let start = 0; start < files.length; start += batch) all.push(files.slice(start, start + batch));
  return all;
}
