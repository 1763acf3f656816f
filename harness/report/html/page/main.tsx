// SPDX-License-Identifier: GPL-2.0-only
// The page of the HTML report begins here.

import { render } from 'preact';
import { App } from './app.tsx';
import { loadOverview } from './shared/load.ts';
import 'uplot/dist/uPlot.min.css';
import './style.css';

const root = document.getElementById('page');
if (root !== null) {
  loadOverview().then(
    (data) => render(<App data={data} />, root),
    (error: unknown) => render(<p class="failure">This report cannot be shown: {String(error)}</p>, root),
  );
}
