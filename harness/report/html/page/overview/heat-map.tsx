// SPDX-License-Identifier: GPL-2.0-only
// Scenarios by kernels. A grid for the keyboard: one cell is in the order of Tab, arrows move from there.

import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ReportData } from '../../report-data.ts';
import { GridHead } from '../shared/grid-head.tsx';
import type { Route } from '../shared/route.ts';
import { useWindowRows } from '../shared/virtual.ts';
import { classes, classWords } from '../shared/words.ts';
import { moved } from './move.ts';
import { shownColumns, type GroupRow, type OverviewRow } from './rows.ts';
import { Scenario } from './scenario-row.tsx';

const rowHeight = 28;

const groupWords: typeof classWords = { ...classWords, known: 'known' };

/** Pixels that fit a label; a long one is cut. Heading and rows are grids of their own, so they share a number. */
function columnWidth(label: string): number {
  return Math.max(36, Math.min(10 + 8 * label.length, 110));
}

interface Props {
  data: ReportData;
  rows: readonly OverviewRow[];
  route: Route;
}

export function HeatMap({ data, rows, route }: Props): JSX.Element {
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const columns = shownColumns(data, route);
  const { rows: inView, total, scrollTo } = useWindowRows(rows.length, rowHeight, top);
  useLayoutEffect(() => {
    const now = body.current === null ? 0 : body.current.getBoundingClientRect().top + scrollY;
    if (Math.abs(now - top) > 1) setTop(now);
  });
  const [at, setAt] = useState({ row: 0, column: 0 });
  const wanted = useRef(false);
  const place = moved(rows, columns.length, at, undefined);
  // Before the next key is pressed: a focus that comes late would take the place back.
  useLayoutEffect(() => {
    if (!wanted.current) return;
    const cell = body.current?.querySelector<HTMLElement>('[tabindex="0"]');
    if (cell === null || cell === undefined) return;
    wanted.current = false;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: 'nearest' });
  });
  const pressed = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(innerHeight / rowHeight) - 4);
    const next = moved(rows, columns.length, place, event.key, page);
    if (next === place) return;
    event.preventDefault();
    wanted.current = true;
    if (!inView.some(({ index }) => index === next.row)) scrollTo(next.row);
    setAt(next);
  };
  if (rows.length === 0) return <p class="nothing">No scenario matches.</p>;
  const widths = columns.map((column) => `${columnWidth(data.columns[column]?.label ?? '')}px`);
  const template = `${widths.join(' ')} minmax(0, 1fr)`;
  return (
    <div
      role="grid"
      class="heat-map"
      aria-label="Scenarios by kernels"
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length + 1}
      style={{ '--columns': template }}
    >
      <GridHead>
        {columns.map((column) => {
          const { label = '', version = '' } = data.columns[column] ?? {};
          return (
            <span role="columnheader" key={column} title={`${label} ${version}`}>
              {label}
            </span>
          );
        })}
      </GridHead>
      <div role="rowgroup" ref={body} class="rows" style={{ height: `${total}px` }} onKeyDown={pressed}>
        {inView.map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const common = { key: index, index, start };
          return row.type === 'group' ? (
            <Group {...common} row={row} columns={columns.length} />
          ) : (
            <Scenario
              {...common}
              data={data}
              row={row}
              columns={columns}
              focused={place.row === index ? place.column : undefined}
              onFocus={(column) => setAt({ row: index, column })}
            />
          );
        })}
      </div>
    </div>
  );
}

function Group({
  row,
  index,
  start,
  columns,
}: {
  row: GroupRow;
  index: number;
  start: number;
  columns: number;
}): JSX.Element {
  const counts = classes.filter((name) => row.counts[name] > 0);
  return (
    <div role="row" class="group-row" aria-rowindex={index + 2} style={{ top: `${start}px` }}>
      <span role="rowheader" aria-colspan={columns + 1}>
        {row.name}{' '}
        <span class="muted">
          {counts.map((name) => (
            <span key={name} class={`small-count ${name}`}>
              {row.counts[name]} {groupWords[name]}
            </span>
          ))}
        </span>
      </span>
    </div>
  );
}
