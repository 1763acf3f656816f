// SPDX-License-Identifier: GPL-2.0-only
// Finds the patch of a series that a compiler error comes from.

import type { AppliedPatch } from './apply-series.ts';
import type { Diagnostic } from '../build/build-output.ts';
import type { SourceRepo } from '../source/source-repo.ts';

/**
 * A sentence that names the patch that last touched the line, or else the file; undefined when no patch did.
 * @param base commit that the series was applied to
 */
export async function blamePatch(
  repo: SourceRepo,
  base: string,
  applied: readonly AppliedPatch[],
  { file, line }: Pick<Diagnostic, 'file' | 'line'>,
): Promise<string | undefined> {
  const head = applied.at(-1)?.commit;
  if (head === undefined || file === '') return undefined;
  const argv = ['blame', '--porcelain', '-L', `${line},${line}`, `${base}..${head}`, '--', file];
  const { exitCode, stdout } = await repo.git(argv, { accept: [0, 128] });
  const commit = exitCode === 0 && !/^boundary$/m.test(stdout) ? stdout.split(' ')[0] : undefined;
  const guilty = applied.find((one) => one.commit === commit);
  if (guilty !== undefined) return `${guilty.patch.name} last touched line ${line} of ${file}.`;
  const near = applied.findLast(({ patch }) => patch.files.some((one) => one.path === file));
  return near === undefined ? undefined : `${near.patch.name} last touched ${file}, but not line ${line}.`;
}
