// SPDX-License-Identifier: GPL-2.0-only
// A verdict in tables and lines: capitals for what is unexpected.

import { isUnexpected } from '../results/verdicts.ts';
import type { CellResult } from '../results/events.ts';
import type { Tone } from './style.ts';

type Judged = Pick<CellResult, 'verdict' | 'expected'>;

/** `pass`, `skip`, `hang` when known, `HANG` when not, `ERROR`, `UNBUILT`. */
export function verdictWord(cell: Judged): string {
  return isUnexpected(cell) || cell.verdict === 'error' || cell.verdict === 'unbuilt'
    ? cell.verdict.toUpperCase()
    : cell.verdict;
}

export function verdictTone(cell: Judged): Tone {
  if (cell.verdict === 'pass') return 'good';
  if (cell.verdict === 'skip') return 'quiet';
  if (cell.verdict === 'error' || cell.verdict === 'unbuilt') return 'error';
  return isUnexpected(cell) ? 'bad' : 'known';
}

/** `7.2  remove/shared-mappers (3 of 50)`, the last only when it is repeated. */
export function repeatSuffix(cell: Pick<CellResult, 'repeat' | 'repeats'>): string {
  return cell.repeats > 1 ? ` (${cell.repeat} of ${cell.repeats})` : '';
}
