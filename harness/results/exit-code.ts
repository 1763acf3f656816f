// SPDX-License-Identifier: GPL-2.0-only
// From what became of the cells to the exit code of `hazmat run`.

import { ExitCode } from '../host/errors.ts';
import type { CellResult, PlannedCell } from './events.ts';
import { isUnexpected } from './verdicts.ts';

/**
 * The exit code of a run:
 * - 1 when the kernel deviates unexpectedly in any cell. This wins over 3: a broken or missing cell elsewhere does not
 *   undo what was seen of the kernel.
 * - 2 when a kernel could not be made of what was given. Other errors of usage end the program before a run starts.
 * - 3 when a cell is broken, or was planned but has no verdict (interrupted, or the lab failed before it), or there
 *   was nothing to run: what did not run has not passed.
 * - 0 otherwise: every cell passed, was skipped with a reason, or deviates as known.
 */
export function exitCodeOf(cells: readonly CellResult[], unfinished: readonly PlannedCell[]): ExitCode {
  if (cells.some(isUnexpected)) return ExitCode.deviation;
  if (cells.some(({ verdict }) => verdict === 'unbuilt')) return ExitCode.usage;
  const lost = unfinished.length > 0 || cells.length === 0;
  return lost || cells.some((cell) => cell.verdict === 'error') ? ExitCode.infrastructure : ExitCode.ok;
}
