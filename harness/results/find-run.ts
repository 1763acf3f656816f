// SPDX-License-Identifier: GPL-2.0-only
// Finds the run that a word on the command line means, and a kernel of that run by its name.

import { existsSync, readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../host/errors.ts';
import { kernelLabels } from './kernel-labels.ts';
import { fileNameOf } from './run-names.ts';
import type { RunRecord } from './run-record.ts';

const timeOfRun = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-/;

/** The folder that a word names as it stands: a path, a folder in results/, `latest`; undefined when there is none. */
export function namedRun(word: string, resultsRoot: string): string | undefined {
  const places = [path.resolve(word), path.join(resultsRoot, word)];
  const isRun = (folder: string) =>
    ['run.json', 'events.jsonl', 'owner'].some((file) => existsSync(path.join(folder, file)));
  const found = places.find(isRun);
  return found === undefined ? undefined : realpathSync(found);
}

/** The newest run that was given this name, or made it: TIME-NAME, with a number when there were two in a second. */
export function runByName(word: string, resultsRoot: string): string | undefined {
  const name = fileNameOf(word);
  const found = runsIn(resultsRoot).find((run) => {
    const rest = run.replace(timeOfRun, '');
    return rest === name || (rest.startsWith(`${name}-`) && /^-\d$/.test(rest.slice(name.length)));
  });
  return found === undefined ? undefined : path.join(resultsRoot, found);
}

/**
 * The folder of a run: what namedRun finds, else runByName.
 * @throws UsageError that lists the newest runs.
 */
export function findRun(word: string, resultsRoot: string): string {
  const found = namedRun(word, resultsRoot) ?? runByName(word, resultsRoot);
  if (found !== undefined) return found;
  const newest = runsIn(resultsRoot).slice(0, 5);
  const hint =
    newest.length === 0
      ? `There are no runs in ${resultsRoot}.`
      : `The newest are:\n${newest.join('\n')}\n"latest" is the first of them. A path to the folder of a run works too.`;
  throw new UsageError(`there is no run \`${word}\``, { hint });
}

/** Names of the runs, the newest first. */
function runsIn(resultsRoot: string): string[] {
  if (!existsSync(resultsRoot)) return [];
  return readdirSync(resultsRoot)
    .filter((name) => timeOfRun.test(name))
    .sort()
    .toReversed();
}

/**
 * The kernel of a run that a person means: as asked for (`debian:6.12`), without the kind (`6.12`), or its version.
 * @throws UsageError that lists the run's kernels.
 */
export function kernelOf(record: RunRecord, word: string): string {
  const labels = kernelLabels(record);
  const versions = new Map(record.kernelFacts.map(({ kernel, version }) => [kernel, version]));
  const bare = (kernel: string) => kernel.replace(/^debian:/, '');
  const tests: ((kernel: string) => boolean)[] = [
    (kernel) => kernel === word,
    (kernel) => bare(kernel) === bare(word),
    (kernel) => labels.get(kernel) === word,
    (kernel) => versions.get(kernel) === word,
  ];
  for (const test of tests) {
    const [found, ...more] = record.kernels.filter(test);
    if (found !== undefined && more.length === 0) return found;
  }
  throw new UsageError(`the run ${path.basename(record.folder)} has no kernel ${word}`, {
    hint: `It has ${record.kernels.join(', ')}.`,
  });
}

/**
 * Which kernels of two runs are compared: those named; else the only one of each; else each kernel that both have with
 * itself.
 * @throws UsageError when they have to be named.
 */
export function kernelPairs(
  base: RunRecord,
  tested: RunRecord,
  asked: { base?: string; tested?: string },
): { base: string; tested: string }[] {
  const only = (record: RunRecord, word: string | undefined): string | undefined => {
    if (word !== undefined) return kernelOf(record, word);
    return record.kernels.length === 1 ? record.kernels[0] : undefined;
  };
  const [left, right] = [only(base, asked.base), only(tested, asked.tested)];
  if (left !== undefined && right !== undefined) {
    if (left === right && base.folder === tested.folder) {
      throw new UsageError(`${left} cannot be compared with itself in one run`, {
        hint: `The run has ${base.kernels.join(', ')}.`,
      });
    }
    return [{ base: left, tested: right }];
  }
  const shared = base.kernels.filter((kernel) => tested.kernels.includes(kernel));
  const named = asked.base !== undefined || asked.tested !== undefined;
  if (!named && base.folder !== tested.folder && shared.length > 0)
    return shared.map((kernel) => ({ base: kernel, tested: kernel }));
  throw new UsageError('name the two kernels to compare', {
    hint: [
      'Use --base KERNEL and --kernel KERNEL.',
      `The base run has ${base.kernels.join(', ')}; the tested run has ${tested.kernels.join(', ')}.`,
    ].join('\n'),
  });
}
