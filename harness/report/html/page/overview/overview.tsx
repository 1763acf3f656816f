// SPDX-License-Identifier: GPL-2.0-only
// The overview: what became of the run, what needs attention first, every scenario on every kernel.

import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ReportData } from '../../report-data.ts';
import type { Route } from '../shared/route.ts';
import { count, duration, moment } from '../shared/words.ts';
import { Attention } from './attention.tsx';
import { Filters } from './filters.tsx';
import { HeatMap } from './heat-map.tsx';
import { classCounts, overviewRows, scenarioRows, wayCounts } from './rows.ts';
import { RunFacts } from './run-facts.tsx';

export function Overview({ data, route }: { data: ReportData; route: Route }): JSX.Element {
  const all = useMemo(() => scenarioRows(data), [data]);
  const rows = useMemo(() => overviewRows(data, all, route), [data, all, route]);
  const shown = rows.filter(({ type }) => type === 'scenario').length;
  return (
    <>
      <section aria-labelledby="result" class="result">
        <h1 id="result">{headline(data)}</h1>
        <p class="muted">
          {data.runs
            .map(
              (run) => `${moment(run.started)}, ${duration(run.durationMs)}${run.interrupted ? ', interrupted' : ''}`,
            )
            .join('; ')}
        </p>
      </section>
      <Attention data={data} />
      <section aria-labelledby="cells">
        <h2 id="cells">Scenarios</h2>
        <Filters
          data={data}
          route={route}
          counts={classCounts(data)}
          ways={wayCounts(data)}
          shown={shown}
          of={all.length}
        />
        <HeatMap data={data} rows={rows} route={route} />
      </section>
      <RunFacts data={data} />
    </>
  );
}

/** `2 unexpected of 153 cells`, or that there is nothing unexpected. */
function headline(data: ReportData): string {
  const counts = classCounts(data);
  const cells = count(data.cells.length, 'cell');
  const parts = [
    ...(counts.unexpected > 0 ? [`${counts.unexpected.toLocaleString('en-US')} unexpected`] : []),
    ...(counts.lost > 0 ? [`${counts.lost.toLocaleString('en-US')} without a verdict`] : []),
  ];
  return parts.length === 0 ? `${cells}, nothing unexpected` : `${parts.join(', ')} of ${cells}`;
}
