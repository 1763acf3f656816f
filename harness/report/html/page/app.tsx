// SPDX-License-Identifier: GPL-2.0-only
// The frame of the page: title, views, keys.

import { useEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import type { ReportData } from '../report-data.ts';
import { CellView } from './cell/cell-view.tsx';
import { ComparisonView } from './comparison/comparison-view.tsx';
import { HistoryView } from './history/history-view.tsx';
import { Overview } from './overview/overview.tsx';
import { cellName, findCell } from './shared/cells.ts';
import { KeyHelp, useKeys } from './shared/keys.tsx';
import { useRoute } from './shared/navigate.ts';
import { formatRoute, type Route } from './shared/route.ts';
import { moment } from './shared/words.ts';

interface View {
  name: string;
  title: string;
  route: Route;
}

export function App({ data }: { data: ReportData }): JSX.Element {
  const route = useRoute();
  const views = viewsOf(data);
  const shown =
    route.view === 'cell' ? 'cell' : (views.find(({ name }) => name === route.view)?.name ?? firstView(data));
  const cell = shown === 'cell' ? findCell(data, route.cell) : undefined;
  const help = useKeys(data);
  const heading = useRef<HTMLElement>(null);
  const place = `${shown} ${route.cell ?? ''}`;
  const before = useRef(place);
  useEffect(() => {
    document.title = cell === undefined ? `hazmat: ${data.title}` : `${cellName(data, cell)}: hazmat`;
    if (before.current === place) return;
    before.current = place;
    // As after a link to another document: the beginning is in view, and a screen reader reads on from there.
    if (route.step === undefined && route.line === undefined) scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, [place]);
  return (
    <>
      <header class="top">
        <button type="button" class="skip-link" onClick={() => heading.current?.focus()}>
          Skip to the content
        </button>
        <div class="brand">
          <strong>hazmat</strong> <span class="run-name">{data.title}</span>
        </div>
        <nav aria-label="Views">
          {views.map(({ name, title, route: to }) => (
            <a key={name} href={formatRoute(to)} aria-current={name === shown ? 'page' : undefined}>
              {title}
            </a>
          ))}
          <button type="button" class="quiet" onClick={help.open} aria-label="Keys" title="Keys (?)">
            ?
          </button>
        </nav>
      </header>
      <main ref={heading} tabIndex={-1}>
        {shown === 'overview' && <Overview data={data} route={route} />}
        {shown === 'cell' && <CellView data={data} route={route} cell={cell} />}
        {shown === 'compare' && <ComparisonView data={data} route={route} />}
        {shown === 'history' && data.history !== undefined && (
          <HistoryView data={data} history={data.history} route={route} />
        )}
      </main>
      <footer>
        Made {moment(data.made)} by hazmat {data.hazmat}. Press <kbd>?</kbd> for keys.
      </footer>
      <KeyHelp dialog={help.dialog} />
    </>
  );
}

function firstView(data: ReportData): string {
  return data.comparisons.length > 0 ? 'compare' : 'overview';
}

function viewsOf(data: ReportData): View[] {
  return [
    { name: 'overview', title: 'Overview', route: { view: 'overview' } },
    ...(data.comparisons.length > 0 ? [{ name: 'compare', title: 'Comparison', route: { view: 'compare' } }] : []),
    ...(data.history === undefined ? [] : [{ name: 'history', title: 'History', route: { view: 'history' } }]),
  ];
}
