// SPDX-License-Identifier: GPL-2.0-only
// A comparison: what changed in which scenario, and the scenario that is chosen, side by side.

import type { JSX } from 'preact';
import type { ReportComparison, ReportData } from '../../report-data.ts';
import { replace } from '../shared/navigate.ts';
import { formatRoute, type Route } from '../shared/route.ts';
import { SearchField } from '../shared/search-field.tsx';
import { AddedLines } from './added-lines.tsx';
import { Changes } from './changes-list.tsx';
import { changeNames, changesShown, changeTone } from './changes.ts';
import { Patches } from './patches.tsx';
import { SideBySide } from './side-by-side.tsx';

export function ComparisonView({ data, route }: { data: ReportData; route: Route }): JSX.Element {
  const number = Number(route.c ?? 1) - 1;
  const comparison = data.comparisons[number] ?? data.comparisons[0];
  if (comparison === undefined) return <p class="nothing">This report has no comparison.</p>;
  const shown = changesShown(comparison, route);
  const chosen = comparison.scenarios.find(({ scenario }) => scenario === route.scenario) ?? shown[0];
  return (
    <>
      <Head data={data} comparison={comparison} />
      {comparison.coverage !== undefined && <AddedLines coverage={comparison.coverage} />}
      {data.patches !== undefined && <Patches patches={data.patches} route={route} />}
      <div class="comparison">
        <section aria-labelledby="changes" class="changes">
          <h2 id="changes">Scenarios</h2>
          <ChangeFilters comparison={comparison} route={route} />
          <Changes shown={shown} chosen={chosen} route={route} />
        </section>
        {chosen !== undefined && (
          <SideBySide key={`${number} ${chosen.scenario}`} data={data} comparison={comparison} change={chosen} />
        )}
      </div>
    </>
  );
}

interface Props {
  comparison: ReportComparison;
  route: Route;
}

function Head({ data, comparison }: { data: ReportData; comparison: ReportComparison }): JSX.Element {
  const { base, tested, counts, notes } = comparison;
  const regressed = comparison.scenarios.filter((one) => one.regressed).length;
  return (
    <section aria-labelledby="result" class="result">
      <h1 id="result">
        {regressed} regressed, {counts.fixed} fixed
      </h1>
      <dl class="facts in-line">
        <div>
          <dt>Base</dt>
          <dd>
            {base.label} <span class="muted">{base.release ?? base.version}</span>
          </dd>
        </div>
        <div>
          <dt>Tested</dt>
          <dd>
            {tested.label} <span class="muted">{tested.release ?? tested.version}</span>
          </dd>
        </div>
      </dl>
      {data.comparisons.length > 1 && (
        <nav aria-label="Comparisons" class="siblings">
          {data.comparisons.map((one, index) => (
            <a
              key={index}
              class="sibling"
              href={formatRoute({ view: 'compare', c: String(index + 1) })}
              aria-current={one === comparison ? 'page' : undefined}
            >
              {one.base.label} → {one.tested.label}
            </a>
          ))}
        </nav>
      )}
      {notes.map((note) => (
        <p key={note} class="message warning">
          {note}
        </p>
      ))}
    </section>
  );
}

function ChangeFilters({ comparison, route }: Props): JSX.Element {
  const change = (more: Route): void => replace({ ...route, view: 'compare', ...more });
  return (
    <form role="search" class="filters" onSubmit={(event) => event.preventDefault()}>
      <SearchField text={route.q} onText={(q) => change({ q, scenario: '' })} />
      <div role="group" aria-label="Changes" class="chips">
        {changeNames
          .filter((name) => comparison.counts[name] > 0)
          .map((name) => (
            <button
              key={name}
              type="button"
              class={`chip ${changeTone({ change: name, regressed: false })}`}
              aria-pressed={route.change === name}
              onClick={() => change({ change: route.change === name ? '' : name, scenario: '' })}
            >
              <strong>{comparison.counts[name]}</strong> {name}
            </button>
          ))}
      </div>
    </form>
  );
}
