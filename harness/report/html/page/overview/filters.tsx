// SPDX-License-Identifier: GPL-2.0-only
// The filters of the overview. All of them are in the address.

import type { JSX } from 'preact';
import type { ReportData } from '../../report-data.ts';
import { replace } from '../shared/navigate.ts';
import type { Route } from '../shared/route.ts';
import { SearchField } from '../shared/search-field.tsx';
import { classes, classWords, count, ways, waySigns, wayWords, type CellClass, type Way } from '../shared/words.ts';

interface Props {
  data: ReportData;
  route: Route;
  counts: Record<CellClass, number>;
  ways: Record<Way, number>;
  /** How many scenarios are shown, of how many. */
  shown: number;
  of: number;
}

export function Filters({ data, route, counts, ways: wayCounts, shown, of }: Props): JSX.Element {
  const change = (more: Route): void => replace({ ...route, view: 'overview', ...more });
  const named = (route.show ?? '').split(',').filter((name) => name !== '');
  const toggle = (name: CellClass): void => {
    const now = named.includes(name) ? named.filter((one) => one !== name) : [...named, name];
    change({ show: now.join(',') });
  };
  return (
    <form role="search" class="filters" onSubmit={(event) => event.preventDefault()}>
      <SearchField text={route.q} searched="name, title, tag, function, bug" onText={(q) => change({ q })} />
      <div role="group" aria-label="Verdicts" class="chips">
        {classes
          .filter((name) => counts[name] > 0)
          .map((name) => (
            <button
              key={name}
              type="button"
              class={`chip ${name}`}
              aria-pressed={named.includes(name)}
              onClick={() => toggle(name)}
            >
              <strong>{counts[name].toLocaleString('en-US')}</strong> {classWords[name]}
            </button>
          ))}
      </div>
      {ways.some((way) => wayCounts[way] > 0) && (
        <div role="group" aria-label="How cells came to their verdict" class="chips">
          {ways
            .filter((way) => wayCounts[way] > 0)
            .map((way) => (
              <button
                key={way}
                type="button"
                class="chip"
                aria-pressed={route.how === way}
                onClick={() => change({ how: route.how === way ? '' : way })}
              >
                <span aria-hidden="true">{waySigns[way]}</span>{' '}
                <strong>{wayCounts[way].toLocaleString('en-US')}</strong> {wayWords[way]}
              </button>
            ))}
        </div>
      )}
      <label>
        Group by{' '}
        <select
          value={route.group ?? 'directory'}
          onChange={(event) => change({ group: groupOf(event.currentTarget.value) })}
        >
          <option value="directory">directory</option>
          <option value="tag">tag</option>
        </select>
      </label>
      {data.columns.length > 1 && (
        <label>
          Kernel{' '}
          <select value={route.kernel ?? ''} onChange={(event) => change({ kernel: event.currentTarget.value })}>
            <option value="">all</option>
            {data.columns.map(({ label }) => (
              <option key={label} value={label}>
                {label}
              </option>
            ))}
          </select>
        </label>
      )}
      <span class="muted" role="status">
        {shown === of ? count(shown, 'scenario') : `${shown.toLocaleString('en-US')} of ${count(of, 'scenario')}`}
      </span>
    </form>
  );
}

/** The usual grouping is not in the address. */
function groupOf(value: string): string {
  return value === 'directory' ? '' : value;
}
