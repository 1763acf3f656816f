// SPDX-License-Identifier: GPL-2.0-only
// The exit code of `hazmat run`, from the verdicts of its cells.

import { ExitCode } from '../host/errors.ts';
import type { CellResult, DroppedCell, PlannedCell } from './events.ts';
import { isUnexpected } from './verdicts.ts';

/**
 * The exit code of a run:
 * - 1 when the kernel deviates unexpectedly in any cell. This wins over 3: an error or a missing cell elsewhere does not
 *   undo what was seen of the kernel.
 * - 2 when no kernel could be built from what was given. Other usage errors end the program before a run starts.
 * - 3 when a cell has the verdict error, or was planned but has no verdict (interrupted, or an infrastructure error before it),
 *   or nothing was run, unless all was left out on purpose: what did not run has not passed.
 * - 0 otherwise: every cell passed, was skipped with a reason, or deviates as a known issue says.
 */
export function exitCodeOf(
  cells: readonly CellResult[],
  unfinished: readonly PlannedCell[],
  dropped: readonly DroppedCell[] = [],
): ExitCode {
  if (cells.some(isUnexpected)) return ExitCode.deviation;
  if (cells.some(({ verdict }) => verdict === 'unbuilt')) return ExitCode.usage;
  const lost = unfinished.length > 0 || cells.length + dropped.length === 0;
  return lost || cells.some((cell) => cell.verdict === 'error') ? ExitCode.infrastructure : ExitCode.ok;
}
