// SPDX-License-Identifier: GPL-2.0-only
// Scenarios by night, as a table of signs. Only the rows in view are in the document.

import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ReportData, ReportHistory } from '../../report-data.ts';
import { GridHead } from '../shared/grid-head.tsx';
import { formatRoute, type Route } from '../shared/route.ts';
import { useWindowRows } from '../shared/virtual.ts';
import { classOf, duration, moment, signs, verdictWord } from '../shared/words.ts';
import { flips, lasting, rowRate, shortKernel, type HistoryRow } from './nights.ts';

const rowHeight = 28;

interface Props {
  data: ReportData;
  history: ReportHistory;
  rows: readonly HistoryRow[];
  route: Route;
}

export function NightMap({ data, history, rows, route }: Props): JSX.Element {
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const { rows: inView, total } = useWindowRows(rows.length, rowHeight, top);
  useLayoutEffect(() => {
    const now = body.current === null ? 0 : body.current.getBoundingClientRect().top + scrollY;
    if (Math.abs(now - top) > 1) setTop(now);
  });
  if (rows.length === 0) return <p class="nothing">No scenario matches.</p>;
  const { nights } = history;
  const template = `repeat(${nights.length}, 26px) minmax(0, 1fr)`;
  const span = { gridColumn: `span ${nights.length}` };
  return (
    <div
      role="table"
      class="heat-map nights"
      aria-label="Scenarios by night"
      aria-rowcount={rows.length + 1}
      style={{ '--columns': template }}
    >
      <GridHead>
        <span role="columnheader" aria-colspan={nights.length} style={span} class="night-range">
          <span>{moment(nights[0]?.started ?? '').slice(5, 10)}</span>
          {nights.length > 3 && <span>{moment(nights.at(-1)?.started ?? '').slice(5, 10)}</span>}
        </span>
      </GridHead>
      <div role="rowgroup" ref={body} class="rows" style={{ height: `${total}px` }}>
        {inView.map(({ index, start }) => {
          const row = rows[index];
          return row === undefined ? null : (
            <NightRow key={index} data={data} history={history} row={row} route={route} index={index} start={start} />
          );
        })}
      </div>
    </div>
  );
}

interface RowProps {
  data: ReportData;
  history: ReportHistory;
  row: HistoryRow;
  route: Route;
  index: number;
  start: number;
}

function NightRow({ data, history, row, route, index, start }: RowProps): JSX.Element {
  const name = data.scenarios[row.scenario]?.name ?? '';
  const now = lasting(row);
  const flipped = flips(row);
  const rate = rowRate(row);
  return (
    <div role="row" class="grid-row" aria-rowindex={index + 2} style={{ top: `${start}px` }}>
      {row.nights.map((night, number) => {
        const when = moment(history.nights[number]?.started ?? '');
        if (night === null) return <span key={number} role="cell" class="field none" aria-label={`${when}: not run`} />;
        const words = `${when}: ${verdictWord(night)}, ${duration(night.ms)}`;
        return (
          <span key={number} role="cell" class={`field ${classOf(night)}`} title={words} aria-label={words}>
            <span aria-hidden="true">{signs[night.verdict]}</span>
          </span>
        );
      })}
      <span role="rowheader" class="scenario-name">
        <a class="name" href={formatRoute({ ...route, view: 'history', scenario: name })}>
          {name}
        </a>
        <span class="muted title">
          {shortKernel(row.kernel)}
          {now === undefined ? '' : `, ${now.verdict} for ${now.nights} night${now.nights === 1 ? '' : 's'}`}
          {rate === undefined ? '' : `; unexpected in ${rate}`}
        </span>
        {flipped > 0 && (
          <span class="badge known">
            {flipped} flip{flipped === 1 ? '' : 's'}
          </span>
        )}
      </span>
    </div>
  );
}
