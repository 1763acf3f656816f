// SPDX-License-Identifier: GPL-2.0-only
// Comparisons for programs. Pure.

import { comparisonExitCode, comparisonVersion, type Comparison } from '../compare/compare.ts';
import type { PatchStory } from '../compare/each.ts';

/** JSON text with `version`, `exitCode`, one entry of `comparisons` for each pair of kernels, and `patches` where they were judged one by one. */
export function comparisonJson(comparisons: readonly Comparison[], patches?: readonly PatchStory[]): string {
  const value = {
    version: comparisonVersion,
    exitCode: comparisonExitCode(comparisons, patches),
    comparisons,
    ...(patches === undefined ? {} : { patches }),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
