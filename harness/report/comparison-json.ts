// SPDX-License-Identifier: GPL-2.0-only
// Comparisons for programs. Pure.

import { comparisonExitCode } from '../compare/compare.ts';
import { comparisonVersion, type Comparison, type ComparisonFile, type PatchStory } from '../compare/comparison.ts';

/** JSON text as comparisonFileSchema has it; `patches` is there when they were judged one by one. */
export function comparisonJson(comparisons: Comparison[], patches?: PatchStory[]): string {
  const file: ComparisonFile = {
    version: comparisonVersion,
    exitCode: comparisonExitCode(comparisons, patches),
    comparisons,
    ...(patches === undefined ? {} : { patches }),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}
