// SPDX-License-Identifier: GPL-2.0-only
// Classes of verdicts: about the kernel or not, expected or not.

import type { CellResult } from './events.ts';

type Judged = Pick<CellResult, 'verdict' | 'expected'>;

/** The kernel did not do what the scenario expects. */
function deviates({ verdict }: Judged): boolean {
  return verdict === 'fail' || verdict === 'crash' || verdict === 'hang';
}

/** The kernel did what nobody expected: it deviates, and no known issue covers that. */
export function isUnexpected(cell: Judged): boolean {
  return deviates(cell) && !cell.expected;
}

/** A known issue covers what the kernel did. */
export function isKnown(cell: Judged): boolean {
  return deviates(cell) && cell.expected;
}

/** The verdict says something about the kernel: the cell was neither skipped, nor lost to an error, nor without a kernel. */
export function isAboutKernel(cell: Judged): boolean {
  return cell.verdict === 'pass' || deviates(cell);
}

/** There should be a verdict about the kernel, and there is none: an infrastructure error, or no kernel. */
export function isLost({ verdict }: Pick<CellResult, 'verdict'>): boolean {
  return verdict === 'error' || verdict === 'unbuilt';
}
