// SPDX-License-Identifier: GPL-2.0-only
// The same scenario on other kernels, and the other repetitions: one click away.

import type { JSX } from 'preact';
import type { ReportCell, ReportData } from '../../report-data.ts';
import { cellRoute } from '../shared/cells.ts';
import { formatRoute } from '../shared/route.ts';
import { classOf, signs, verdictWord } from '../shared/words.ts';

const most = 60;

export function Siblings({
  data,
  cell,
  index,
}: {
  data: ReportData;
  cell: ReportCell;
  index: number;
}): JSX.Element | null {
  const others = data.cells.flatMap((other, at) => (other.scenario === cell.scenario ? [{ other, at }] : []));
  if (others.length < 2) return null;
  return (
    <nav class="siblings" aria-label="The same scenario elsewhere">
      {others.slice(0, most).map(({ other, at }) => (
        <a
          key={at}
          class={`sibling ${classOf(other)}`}
          href={formatRoute(cellRoute(data, at))}
          aria-current={at === index ? 'page' : undefined}
        >
          {data.columns[other.column]?.label}
          {other.repeat === undefined ? '' : ` #${other.repeat}`} <span aria-hidden="true">{signs[other.verdict]}</span>
          <span class="visually-hidden">{verdictWord(other)}</span>
        </a>
      ))}
      {others.length > most && <span class="muted">and {others.length - most} more</span>}
    </nav>
  );
}
