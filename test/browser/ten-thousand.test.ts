// SPDX-License-Identifier: GPL-2.0-only
// A report of 10,000 cells: few of its rows are in the document, and all of them can be reached, searched and printed.

import { expect, it } from 'vitest';
import { ended, oops, planned } from '../results/story.ts';
import { report, reportedRun } from '../report/html/reported-story.ts';
import { fileOf, useBrowser } from './browser.ts';

const { open } = useBrowser();

const kernels = ['debian:6.1', 'debian:6.12', 'debian:6.18', 'debian:7.2'];
const scenarios = Array.from({ length: 2500 }, (_, index) => `made/scenario-${String(index).padStart(4, '0')}`);

it('stays small in the document, however many cells there are', async () => {
  const cells = scenarios.flatMap((scenario) => kernels.map((kernel) => planned(scenario, kernel)));
  const last = cells.at(-1);
  const results = cells.map((cell) => ended(cell, cell === last ? oops : {}));
  const file = await fileOf(report([reportedRun({ kernels, cells, results })]));
  const page = await open(file);
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('1 unexpected of 10,000 cells');
  const grid = page.getByRole('grid');
  expect(await grid.getAttribute('aria-rowcount')).toBe('2502');
  const inDocument = () => grid.getByRole('gridcell').count();
  expect(await inDocument()).toBeLessThan(400);

  await grid.locator('a[tabindex="0"]').focus();
  await page.keyboard.press('End');
  await expect.poll(() => page.locator(':focus').getAttribute('aria-label')).toContain('made/scenario-2499');
  expect(await inDocument()).toBeLessThan(400);

  await page.getByRole('searchbox').fill('scenario-1234');
  await page.getByRole('status').getByText('1 of 2,500 scenarios').waitFor();
  expect(await inDocument()).toBe(4);

  await page.getByRole('region', { name: 'Needs attention' }).getByRole('link').click();
  await page.getByRole('heading', { level: 1, name: /CRASH made\/scenario-2499/ }).waitFor();
  await page.getByRole('region', { name: 'Steps' }).waitFor();
});

it('prints every row', async () => {
  const cells = scenarios.slice(0, 300).map((scenario) => planned(scenario, 'debian:7.2'));
  const run = reportedRun({ kernels: ['debian:7.2'], cells, results: cells.map((cell) => ended(cell)) });
  const page = await open(await fileOf(report([run])));
  const names = page.getByRole('grid').getByRole('gridcell');
  expect(await names.count()).toBeLessThan(300);
  await page.emulateMedia({ media: 'print' });
  await expect.poll(() => names.count()).toBe(300);
  expect((await page.pdf()).length).toBeGreaterThan(10_000);
});
