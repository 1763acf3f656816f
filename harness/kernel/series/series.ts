// SPDX-License-Identifier: GPL-2.0-only
// Reads a series, as named after the + of a kernel spec, into an ordered list of patches: a patch file, a folder, a quilt
// series, an mbox, a range of a git repository, a branch of b4 prep, or a thread of a public mail archive.

import { statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../host/errors.ts';
import { runProgram } from '../../host/program.ts';
import { partWord, type SeriesSpec } from '../spec.ts';
import { fetchWithB4 } from './b4.ts';
import { readPrepBranch } from './b4-prep.ts';
import { download } from './download.ts';
import { patchCount, type Series } from './patch.ts';
import { noPrerequisites, prerequisitesOf } from './prerequisites.ts';
import { patchesOfFile, patchesOfFolder } from './read-folder.ts';
import { patchesOfText, type ReadPatches } from './read-text.ts';
import { findSeries, parseSeriesWord, seriesName } from './series-word.ts';

/**
 * Reads what a kernel spec puts on its base, as one series.
 * @throws UsageError as `readSeries`, or when it has fewer patches.
 */
export async function readSeriesOf(spec: SeriesSpec, signal?: AbortSignal): Promise<Series> {
  const all = await readEachOf(spec, signal);
  return {
    name: all.map(({ name }) => name).join('+'),
    patches: all.flatMap(({ patches }) => patches),
    needs: all[0]?.needs ?? noPrerequisites,
  };
}

/** The same, series by series: the later ones go on top of the earlier ones. */
export async function readEachOf({ words, part }: SeriesSpec, signal?: AbortSignal): Promise<Series[]> {
  const all: Series[] = [];
  for (const word of words) all.push(await readSeries(word, signal));
  const last = all.at(-1);
  if (part !== undefined && last !== undefined) {
    const { from, to = last.patches.length } = part;
    if (from > to || to > last.patches.length) {
      throw new UsageError(`${words.at(-1) ?? ''}${partWord(part)}: the series has ${patchCount(last)}`);
    }
    all.splice(-1, 1, { ...last, name: `${last.name}${partWord(part)}`, patches: last.patches.slice(from - 1, to) });
  }
  return all;
}

/** What came over the network, by its word: a run reads a series several times, and all of them must be the same. */
const fetched = new Map<string, string>();

/**
 * Reads a series.
 * @throws UsageError naming file and line of what is wrong; InfraError when a mail archive cannot be reached.
 */
export async function readSeries(word: string, signal?: AbortSignal): Promise<Series> {
  const { name, patches, texts } = await readWord(word, signal);
  if (patches.length === 0) {
    throw new UsageError(`${word} has no patch`, {
      hint: 'A folder must have *.patch or *.diff files, or a quilt series file.',
    });
  }
  return { name, patches, needs: prerequisitesOf(texts) };
}

async function readWord(word: string, signal?: AbortSignal): Promise<ReadPatches & { name: string }> {
  const parsed = parseSeriesWord(word);
  const name = seriesName(word);
  switch (parsed.kind) {
    case 'message': {
      const text = await once(word, () => fetchWithB4(parsed.id, signal));
      return { name, ...(await patchesOfText(text, word, signal)) };
    }
    case 'address': {
      const text = await once(word, () => download(parsed.url, signal));
      return { name, ...(await patchesOfText(text, word, signal)) };
    }
    case 'prep': {
      const place = findSeries(word);
      const branch = await readPrepBranch(place, signal);
      const { patches, texts } = await patchesOfRange(place, branch.range, signal);
      const cover = branch.cover === undefined ? [] : [await messageOf(place, branch.cover, signal)];
      return { name: branch.name, patches, texts: [...cover, ...texts] };
    }
    case 'range':
      return { name, ...(await patchesOfRange(findSeries(word), parsed.range, signal)) };
    case 'place': {
      const place = findSeries(word);
      const read = statSync(place).isDirectory()
        ? await patchesOfFolder(place, signal)
        : await patchesOfFile(place, path.relative(process.cwd(), place), signal);
      return { name, ...read };
    }
  }
}

async function once(word: string, get: () => Promise<string>): Promise<string> {
  const text = fetched.get(word) ?? (await get());
  fetched.set(word, text);
  return text;
}

async function messageOf(repository: string, commit: string, signal?: AbortSignal): Promise<string> {
  return (await runProgram(['git', '-C', repository, 'log', '-1', '--format=%B', commit], { signal })).stdout;
}

async function patchesOfRange(repository: string, range: string, signal?: AbortSignal): Promise<ReadPatches> {
  const known = await runProgram(['git', '-C', repository, 'rev-list', '--count', range, '--'], { accept: [0, 128] });
  if (known.exitCode !== 0) {
    throw new UsageError(`git does not know ${range} in ${repository}`, { hint: known.stderr.trim() });
  }
  const prefixes = ['--src-prefix=a/', '--dst-prefix=b/'];
  const argv = ['git', '-C', repository, 'format-patch', '--stdout', '--no-signature', ...prefixes, range];
  const { stdout } = await runProgram(argv, { signal });
  return stdout === '' ? { patches: [], texts: [] } : patchesOfText(stdout, range, signal);
}
