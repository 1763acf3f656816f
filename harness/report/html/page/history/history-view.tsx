// SPDX-License-Identifier: GPL-2.0-only
// The history: scenarios by night, the failure rate, times.

import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { ReportData, ReportHistory } from '../../report-data.ts';
import { replace } from '../shared/navigate.ts';
import { mostBands, Plot } from '../shared/plot.tsx';
import { nightAxis } from '../shared/plot-axis.ts';
import { formatRoute, type Route } from '../shared/route.ts';
import { SearchField } from '../shared/search-field.tsx';
import { count } from '../shared/words.ts';
import { NightMap } from './night-map.tsx';
import { durations, failureRates, flips, historyRows } from './nights.ts';
import { StepTimes } from './step-times.tsx';

interface Props {
  data: ReportData;
  history: ReportHistory;
  route: Route;
}

export function HistoryView({ data, history, route }: Props): JSX.Element {
  const [onlyFlips, setOnlyFlips] = useState(false);
  const rows = useMemo(() => historyRows(data, history.rows, route.q, onlyFlips), [data, history, route.q, onlyFlips]);
  const flipping = useMemo(() => history.rows.filter((row) => flips(row) > 0).length, [history]);
  const found = data.scenarios.findIndex(({ name }) => name === route.scenario);
  const chosen = found === -1 ? undefined : found;
  const axis = useMemo(() => nightAxis(history.nights), [history]);
  const rates = useMemo(() => failureRates(history), [history]);
  const times = useMemo(() => durations(history, chosen), [history, chosen]);
  const of = chosen === undefined ? 'all scenarios' : (data.scenarios[chosen]?.name ?? '');
  return (
    <>
      <section aria-labelledby="result" class="result">
        <h1 id="result">
          {count(history.nights.length, 'night')},{' '}
          {flipping === 0 ? 'no verdict changed' : `${count(flipping, 'verdict')} changed`}
        </h1>
      </section>
      <div class="plots">
        <Plot
          title={`Unexpected deviations, % of cells with a verdict${rates.length > mostBands ? '' : ', with the 95 % interval'}`}
          unit="%"
          axis={axis}
          series={rates}
        />
        <Plot title={`Time of ${of}, seconds`} unit="s" axis={axis} series={times} />
      </div>
      {chosen !== undefined && (
        <>
          <p>
            Shown: {of}. <a href={formatRoute({ ...route, scenario: '' })}>Show all scenarios</a>
          </p>
          <StepTimes data={data} scenario={chosen} />
        </>
      )}
      <section aria-labelledby="nights">
        <h2 id="nights">Scenarios by night</h2>
        <form role="search" class="filters" onSubmit={(event) => event.preventDefault()}>
          <SearchField text={route.q} onText={(q) => replace({ ...route, view: 'history', q })} />
          <button type="button" class="chip" aria-pressed={onlyFlips} onClick={() => setOnlyFlips(!onlyFlips)}>
            <strong>{flipping}</strong> flips
          </button>
          <span class="muted" role="status">
            {count(rows.length, 'row')}
          </span>
        </form>
        <NightMap data={data} history={history} rows={rows} route={route} />
      </section>
    </>
  );
}
