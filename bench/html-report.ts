// SPDX-License-Identifier: GPL-2.0-only
// How large an HTML report is, how long it takes to make, and how long Chromium takes from opening the file to the first row: the median of
// five. Of runs that are named, and of one of 10,000 cells that is made up.
//   npx tsx bench/html-report.ts RUN...

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { findProgram } from '../harness/host/needs.ts';
import { formatSize } from '../harness/host/size.ts';
import { buildPage } from '../harness/report/html/build-page.ts';
import { htmlFile } from '../harness/report/html/html-file.ts';
import { packReport } from '../harness/report/html/pack.ts';
import { htmlReport } from '../harness/run/html-report.ts';
import { report, reportedRun } from '../test/report/html/reported-story.ts';
import { ended, planned } from '../test/results/story.ts';
import { summary } from './statistics.ts';

const times = 5;
const kernels = ['debian:6.1', 'debian:6.12', 'debian:6.18', 'debian:7.2'];

/** A file of 10,000 cells. */
async function made(): Promise<string> {
  const names = Array.from({ length: 2500 }, (_, index) => `made/scenario-${index}`);
  const cells = names.flatMap((name) => kernels.map((kernel) => planned(name, kernel)));
  const run = reportedRun({ kernels, cells, results: cells.map((cell) => ended(cell)) });
  return htmlFile('10,000 cells', await buildPage(), packReport(report([run])));
}

/** Milliseconds until the first row of the overview is there, in a page of its own. */
async function loadMs(browser: Browser, file: string): Promise<number> {
  const page = await browser.newPage();
  try {
    const started = performance.now();
    await page.goto(`${pathToFileURL(file).href}#view=overview`);
    await page.getByRole('gridcell').first().waitFor();
    return performance.now() - started;
  } finally {
    await page.close();
  }
}

const executablePath = findProgram('chromium');
if (executablePath === undefined) throw new Error('there is no chromium: npx hazmat doctor --tests --fix');
const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-bench-'));
try {
  const runs = process.argv.slice(2);
  for (const [name, make] of [
    ...runs.map((run) => [path.basename(run), () => htmlReport([run])] as const),
    ['10,000 cells', made] as const,
  ]) {
    const started = performance.now();
    const text = await make();
    const makeMs = performance.now() - started;
    const file = path.join(folder, 'report.html');
    writeFileSync(file, text);
    const loads: number[] = [];
    for (let time = 0; time < times; time++) loads.push(await loadMs(browser, file));
    const size = formatSize(Buffer.byteLength(text));
    console.log(`${name}: ${size}, made in ${(makeMs / 1000).toFixed(1)} s, opens in ms: ${summary(loads)}`);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
