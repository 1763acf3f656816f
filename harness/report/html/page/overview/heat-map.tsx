// SPDX-License-Identifier: GPL-2.0-only
// Scenarios by kernels. A grid for the keyboard: one cell is in the order of Tab, arrows move from there.

import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ReportCell, ReportData } from '../../report-data.ts';
import { cellName, cellRoute } from '../shared/cells.ts';
import { go } from '../shared/navigate.ts';
import { formatRoute, type Route } from '../shared/route.ts';
import { useWindowRows } from '../shared/virtual.ts';
import { classes, classWords, duration, ownWhy, signs, verdictWord } from '../shared/words.ts';
import { moved } from './move.ts';
import { shownColumns, type Field, type GroupRow, type OverviewRow, type ScenarioRow } from './rows.ts';

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
      <div role="row" class="grid-row head" aria-rowindex={1}>
        {columns.map((column) => {
          const { label = '', version = '' } = data.columns[column] ?? {};
          return (
            <span role="columnheader" key={column} title={`${label} ${version}`}>
              {label}
            </span>
          );
        })}
        <span role="columnheader">Scenario</span>
      </div>
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

interface ScenarioProps {
  data: ReportData;
  row: ScenarioRow;
  index: number;
  start: number;
  columns: readonly number[];
  /** The field that Tab comes to. */
  focused: number | undefined;
  onFocus: (column: number) => void;
}

function Scenario({ data, row, index, start, columns, focused, onFocus }: ScenarioProps): JSX.Element {
  const { name = '', title = '' } = data.scenarios[row.scenario] ?? {};
  const shown = columns.flatMap((column) => row.fields[column] ?? []);
  const [only] = shown;
  const cell = shown.length === 1 && only !== undefined ? data.cells[only.cell] : undefined;
  return (
    <div role="row" class="grid-row" aria-rowindex={index + 2} style={{ top: `${start}px` }}>
      {columns.map((column, place) => (
        <FieldView
          key={column}
          data={data}
          field={row.fields[column]}
          tabIndex={focused === place ? 0 : -1}
          onFocus={() => onFocus(place)}
        />
      ))}
      <span role="rowheader" class="scenario-name" title={title}>
        {only === undefined ? (
          <span class="name">{name}</span>
        ) : (
          <a class="name" href={formatRoute(cellRoute(data, only.cell))} tabIndex={-1}>
            {name}
          </a>
        )}
        <span class="muted title">{cell === undefined || cell.verdict === 'pass' ? title : shortWhy(cell)}</span>
        {cell !== undefined && cell.durationMs > 0 && <span class="muted time">{duration(cell.durationMs)}</span>}
      </span>
    </div>
  );
}

/** `KB7: BUG: ... during unmount` */
function shortWhy(cell: ReportCell): string {
  return `${cell.known?.bug === undefined ? '' : `${cell.known.bug}: `}${ownWhy(cell)}`;
}

interface FieldProps {
  data: ReportData;
  field: Field | undefined;
  tabIndex: number;
  onFocus: () => void;
}

function FieldView({ data, field, tabIndex, onFocus }: FieldProps): JSX.Element {
  const cell = field === undefined ? undefined : data.cells[field.cell];
  if (field === undefined || cell === undefined) {
    return <span role="gridcell" class="field none" tabIndex={tabIndex} onFocus={onFocus} aria-label="not planned" />;
  }
  const repetitions = field.of === 1 ? '' : `, ${field.same} of ${field.of} repetitions`;
  const route = cellRoute(data, field.cell);
  return (
    <span role="gridcell" class={`field ${field.kind}`}>
      <a
        href={formatRoute(route)}
        tabIndex={tabIndex}
        onFocus={onFocus}
        onKeyDown={(event) => {
          if (event.key === ' ') go(route);
        }}
        aria-label={`${cellName(data, field.cell)}: ${verdictWord(cell)}${repetitions}`}
        title={`${verdictWord(cell)}${repetitions}: ${cell.why}`}
      >
        <span aria-hidden="true">
          {signs[cell.verdict]}
          {field.of > 1 && field.same < field.of && <small>{field.same}</small>}
        </span>
      </a>
    </span>
  );
}
