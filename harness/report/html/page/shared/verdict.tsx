// SPDX-License-Identifier: GPL-2.0-only
// A verdict as a badge: sign, word and color.

import type { JSX } from 'preact';
import type { ReportCell } from '../../report-data.ts';
import { classOf, signs, verdictWord } from './words.ts';

export function Verdict({ cell }: { cell: Pick<ReportCell, 'verdict' | 'expected'> }): JSX.Element {
  return (
    <span class={`badge ${classOf(cell)}`}>
      <span aria-hidden="true">{signs[cell.verdict]}</span> {verdictWord(cell)}
    </span>
  );
}
