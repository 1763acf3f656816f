// SPDX-License-Identifier: GPL-2.0-only
// Compiles in a build tree: progress while make runs, warnings kept by object, and an error that names the patch whose
// line it is. Whole kernels and modules of a stock kernel are both compiled here.

import { InfraError, UsageError, type HazmatError } from '../../host/errors.ts';
import { blamePatch } from '../series/blame.ts';
import type { PatchedSource } from '../series/patched-source.ts';
import type { BuildOutput } from './build-output.ts';
import type { BuildTree } from './build-tree.ts';
import { runMake } from './make.ts';
import { mergeWarnings } from './warnings.ts';

const noteEveryMs = 10_000;

export interface CompileOptions {
  /** The folder of `make M=`, below the tree. */
  folder?: string | undefined;
  /** The progress note for an object and the number of objects so far. */
  describe: (object: string, count: number) => string;
  progress?: ((note: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Runs make in the tree of a build tree.
 * @returns what make printed; it did not fail
 * @throws UsageError with the compiler's errors and the patch that they come from; InfraError when make failed for a
 * reason that is not in the code.
 */
export async function compile(
  buildTree: BuildTree,
  goals: readonly string[],
  source: PatchedSource,
  { folder, describe, progress, signal }: CompileOptions,
): Promise<BuildOutput> {
  let noted = performance.now();
  const onObject = (object: string, count: number): void => {
    if (performance.now() - noted < noteEveryMs) return;
    noted = performance.now();
    progress?.(describe(object, count));
  };
  const output = await runMake(goals, { tree: buildTree.tree, folder, onObject, signal });
  mergeWarnings(buildTree.folder, output.warnings);
  if (output.failed) throw await compileError(source, output);
  return output;
}

/** The error for a make that failed: what did not compile, and which patch last touched it. */
async function compileError(source: PatchedSource, output: BuildOutput): Promise<HazmatError> {
  const { repo, base, series, applied } = source;
  const [first] = output.errors;
  // A make that fails without an error in the code lacks something on this machine.
  if (first === undefined) return new InfraError(`make failed for ${base.origin}`, { hint: output.explain() });
  const blame = await blamePatch(repo, base.commit, applied, first);
  const what = series === undefined ? base.origin : `${base.origin} with ${series.name}`;
  return new UsageError(`${what} does not compile`, {
    hint: [blame, output.explain()].filter((text) => text !== undefined).join('\n'),
  });
}
