// SPDX-License-Identifier: GPL-2.0-only
// A scenario in the overview: its verdict on each kernel, its name, and why.

import type { JSX } from 'preact';
import type { ReportCell, ReportData } from '../../report-data.ts';
import { cellName, cellRoute } from '../shared/cells.ts';
import { go } from '../shared/navigate.ts';
import { failureRate } from '../../../../history/wilson.ts';
import { intervalWords } from '../../../rate-words.ts';
import { formatRoute } from '../shared/route.ts';
import { classOf, duration, ownWhy, signs, verdictWord, waySigns, wayWords } from '../shared/words.ts';
import type { Field, ScenarioRow } from './rows.ts';

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

export function Scenario({ data, row, index, start, columns, focused, onFocus }: ScenarioProps): JSX.Element {
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
        {cell !== undefined &&
          only?.ways.map((way) => (
            <span key={way} class="badge skip">
              {wayWords[way]}
            </span>
          ))}
        {cell !== undefined && cell.durationMs > 0 && <span class="muted time">{duration(cell.durationMs)}</span>}
      </span>
    </div>
  );
}

/** `KB7: BUG: ... during unmount` */
function shortWhy(cell: ReportCell): string {
  return `${cell.known?.bug === undefined ? '' : `${cell.known.bug}: `}${ownWhy(cell)}`;
}

/** How well the rate of failures is known, at 95 %. */
function interval({ same, of }: Field, cell: ReportCell): string {
  const kind = classOf(cell);
  if (kind === 'lost' || kind === 'skip') return '';
  return `, fails in ${intervalWords(failureRate(kind === 'pass' ? 0 : same, of, 0.95))}`;
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
  const repetitions = field.of === 1 ? '' : `, ${field.same} of ${field.of} repetitions${interval(field, cell)}`;
  const route = cellRoute(data, field.cell);
  const words = [`${verdictWord(cell)}${repetitions}`, ...field.ways.map((way) => wayWords[way])].join(', ');
  return (
    <span role="gridcell" class={`field ${field.kind}`}>
      <a
        href={formatRoute(route)}
        tabIndex={tabIndex}
        onFocus={onFocus}
        onKeyDown={(event) => {
          if (event.key === ' ') go(route);
        }}
        aria-label={`${cellName(data, field.cell)}: ${words}`}
        title={`${words}: ${cell.why}`}
      >
        <span aria-hidden="true">
          {signs[cell.verdict]}
          {field.of > 1 && field.same < field.of && <small>{field.same}</small>}
          {field.ways.map((way) => (
            <small key={way}>{waySigns[way]}</small>
          ))}
        </span>
      </a>
    </span>
  );
}
