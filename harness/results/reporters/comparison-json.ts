// SPDX-License-Identifier: GPL-2.0-only
// Comparisons for programs. Pure.

import { comparisonExitCode, comparisonVersion, type Comparison } from '../compare.ts';

/** JSON text with `version`, `exitCode` and one entry of `comparisons` for each pair of kernels. */
export function comparisonJson(comparisons: readonly Comparison[]): string {
  const value = { version: comparisonVersion, exitCode: comparisonExitCode(comparisons), comparisons };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
