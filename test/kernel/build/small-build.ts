// SPDX-License-Identifier: GPL-2.0-only
// A small source that make and gcc really build, in a build tree, for tests.

import { inBuildTree, type BuildTree } from '../../../harness/kernel/build/build-tree.ts';
import { patchSource, type PatchedSource } from '../../../harness/kernel/series/patched-source.ts';
import type { Series } from '../../../harness/kernel/series/patch.ts';
import { repoOf } from '../source.ts';

/** Compiles fs/*.c as kbuild does, warnings on, and prints what kbuild prints. */
export const compilingMakefile = [
  'objects := $(patsubst %.c,%.o,$(wildcard fs/*.c))',
  'objects: $(objects)',
  '%.o: %.c',
  "\t@echo '  CC      $@'",
  '\t@gcc -Wall -c -o $@ $<',
  '',
].join('\n');

/** Does some work in a build tree with a source and a series on it. The cache must be a temporary one. */
export async function withSource<T>(
  files: Record<string, string>,
  series: Series | undefined,
  work: (buildTree: BuildTree, source: PatchedSource) => Promise<T>,
): Promise<T> {
  const { repo, commit } = await repoOf(files);
  const source = await patchSource(repo, { commit, origin: 'small source' }, series);
  return inBuildTree(repo, 'small', async (buildTree) => {
    await buildTree.moveTo(source.commit);
    return work(buildTree, source);
  });
}
