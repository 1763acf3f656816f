// SPDX-License-Identifier: GPL-2.0-only
// A run as a check of patchwork: what is posted to api/patches/ID/checks/ of each patch of a series. Pure.

import { comparisonExitCode } from '../compare/compare.ts';
import type { Comparison } from '../compare/comparison.ts';
import { ExitCode } from '../host/errors.ts';
import { exitCodeOf } from '../results/exit-code.ts';
import type { RunRecord } from '../results/run-record.ts';
import { countsLine } from './comparison-words.ts';
import { countLine, tallyOf } from './final-report.ts';
import { plainStyle } from './style.ts';

/** What patchwork takes (its docs/api/schemas, CheckCreate). */
export interface PatchworkCheck {
  state: 'pending' | 'success' | 'warning' | 'fail';
  /** Letters, digits, `-` and `_`. */
  context: string;
  description: string;
  target_url?: string;
}

/** patchwork takes so many characters. */
const mostDescription = 255;

/**
 * The check of a run; of one that compared a base with a series, the check of the comparison, which does not hold against the series
 * what the base does as well.
 * @param targetUrl where the run can be read
 */
export function patchworkCheck(
  record: RunRecord,
  comparisons: readonly Comparison[],
  { context, targetUrl }: { context: string; targetUrl?: string | undefined },
): PatchworkCheck {
  const compared = comparisons.length > 0;
  const code = compared
    ? comparisonExitCode(comparisons)
    : exitCodeOf(record.cells, record.unfinished, record.dropped ?? []);
  const description = compared ? comparisons.map(countsLine).join('; ') : countLine(tallyOf(record), plainStyle);
  return {
    state: stateOf(code),
    context,
    description: description.slice(0, mostDescription),
    ...(targetUrl === undefined ? {} : { target_url: targetUrl }),
  };
}

/** An infrastructure error says nothing of a patch: a warning, since nothing was found to be fine either. */
function stateOf(code: ExitCode): PatchworkCheck['state'] {
  if (code === ExitCode.ok) return 'success';
  return code === ExitCode.infrastructure ? 'warning' : 'fail';
}
