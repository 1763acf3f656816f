// SPDX-License-Identifier: GPL-2.0-only
// What needs attention, by cause: one bug that many scenarios see is one entry.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ReportData } from '../../report-data.ts';
import { cellName, cellRoute } from '../shared/cells.ts';
import { formatRoute } from '../shared/route.ts';
import { count, signs } from '../shared/words.ts';

type Entry = ReportData['attention'][number];

/** So many entries, and cells of an entry, are shown before the rest is asked for. */
const few = { entries: 8, cells: 6 };

const tones: Record<Entry['kind'], string> = {
  unexpected: 'unexpected',
  flaky: 'unexpected',
  unbuilt: 'lost',
  error: 'lost',
  'not run': 'lost',
  'known, but passed': 'known',
};

export function Attention({ data }: { data: ReportData }): JSX.Element | null {
  const [all, setAll] = useState(false);
  const { attention } = data;
  if (attention.length === 0) return null;
  const shown = all ? attention : attention.slice(0, few.entries);
  return (
    <section aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      <ul class="attention">
        {shown.map((entry, index) => (
          <AttentionEntry key={index} data={data} entry={entry} />
        ))}
      </ul>
      {shown.length < attention.length && (
        <button type="button" onClick={() => setAll(true)}>
          Show {count(attention.length - shown.length, 'more cause')}
        </button>
      )}
    </section>
  );
}

function AttentionEntry({ data, entry }: { data: ReportData; entry: Entry }): JSX.Element {
  const [all, setAll] = useState(false);
  const cells = all ? entry.cells : entry.cells.slice(0, few.cells);
  return (
    <li class={`entry ${tones[entry.kind]}`}>
      <p class="cause">
        <span class={`badge ${tones[entry.kind]}`}>{entry.kind}</span> <span class="cause-title">{entry.title}</span>
      </p>
      <ul class="cells">
        {cells.map((index) => (
          <li key={index}>
            <a href={formatRoute(cellRoute(data, index))}>
              <span aria-hidden="true">{signs[data.cells[index]?.verdict ?? 'not run']} </span>
              {cellName(data, index)}
            </a>
          </li>
        ))}
        {cells.length < entry.cells.length && (
          <li>
            <button type="button" class="quiet" onClick={() => setAll(true)}>
              {count(entry.cells.length - cells.length, 'more cell')}
            </button>
          </li>
        )}
      </ul>
    </li>
  );
}
