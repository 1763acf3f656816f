// SPDX-License-Identifier: GPL-2.0-only
// The patches of a file, of a folder of patches, and of a quilt series.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { UsageError } from '../../host/errors.ts';
import { patchesOfText, type ReadPatches } from './read-text.ts';

/** The file name that git format-patch gives a cover letter. */
const coverLetter = /^(v\d+-)?0000-/;
const patchFile = /\.(patch|diff)$/;

/** The patches of a folder, in their order. @throws UsageError as `patchesOfText` */
export async function patchesOfFolder(folder: string, signal?: AbortSignal): Promise<ReadPatches> {
  const shown = path.relative(process.cwd(), folder) || '.';
  const quilt = [folder, path.join(folder, 'patches')].find((place) => existsSync(path.join(place, 'series')));
  const names =
    quilt === undefined
      ? readdirSync(folder)
          .filter((name) => patchFile.test(name))
          .sort()
      : quiltSeries(readFileSync(path.join(quilt, 'series'), 'utf8'), path.join(shown, 'series'));
  const read: ReadPatches = { patches: [], texts: [] };
  for (const name of names) {
    const file = path.join(quilt ?? folder, name);
    if (quilt === undefined && coverLetter.test(name)) {
      read.texts.push(readFileSync(file, 'utf8'));
      continue;
    }
    if (!existsSync(file)) throw new UsageError(`${path.join(shown, 'series')} names ${name}, which does not exist`);
    const { patches, texts } = await patchesOfFile(file, path.join(shown, name), signal);
    read.patches.push(...patches);
    read.texts.push(...texts);
  }
  return read;
}

/** The patches that a quilt series file names, in order. @throws UsageError for a patch with another option than -p1. */
export function quiltSeries(text: string, file: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const [name, ...options] = line
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    if (name === undefined || name === '') return [];
    if (options.some((option) => option !== '-p1')) {
      throw new UsageError(`${name} has the option ${options.join(' ')}; only -p1 is supported`, {
        at: `${file}:${index + 1}`,
      });
    }
    return [name];
  });
}

/** The patches of a file, which may be a gzip. @throws UsageError as `patchesOfText`, or when it has none */
export async function patchesOfFile(file: string, shown: string, signal?: AbortSignal): Promise<ReadPatches> {
  const read = await patchesOfText(unzipped(readFileSync(file)), shown, signal);
  if (read.patches.length === 0) throw new UsageError(`${shown} has no patch`);
  return read;
}

/** The text of what may be a gzip, by its magic bytes. */
export function unzipped(bytes: Buffer): string {
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
}
