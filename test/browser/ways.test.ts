// SPDX-License-Identifier: GPL-2.0-only
// How cells came to their verdict, what QEMU reported meanwhile, and times against kernels, in a real browser.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { htmlReport } from '../../harness/run/html-report.ts';
import type { PlannedCell, RunEventBody } from '../../harness/results/events.ts';
import { removal, writeRun } from '../report/html/run-folders.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { ended, planned } from '../results/story.ts';
import { useBrowser } from './browser.ts';

const { open } = useBrowser();

const kernels = ['6.1', '6.12', '7.2'].map((version) => `debian:${version}`);

/** A removal in which QEMU reports that the machine was reset. */
function reset(cell: PlannedCell): RunEventBody[] {
  const data = { guest: true, reason: 'guest-reset' };
  return removal(cell, false).flatMap((body): RunEventBody[] =>
    body.type === 'step-started' && body.index === 1
      ? [body, { type: 'qemu-event', id: cell.id, event: 'RESET', data }]
      : [body],
  );
}

async function file(): Promise<string> {
  const firstTry = { why: 'QEMU was ended by SIGKILL', durationMs: 2300, folder: 'first-try' };
  const names = ['poison/load', 'remove/rebind'];
  const cells = names.flatMap((name) => kernels.map((kernel) => planned(name, kernel)));
  const results = cells.map((cell) =>
    cell.scenario === 'poison/load'
      ? ended(cell, { reused: { run: '2026-11-19T02-00-00-night' } })
      : ended(cell, cell.kernel === 'debian:6.12' ? { firstTry } : {}),
  );
  const folder = await writeRun(temporaryFolder(), { name: 'night', kernels, cells, results, steps: reset });
  const html = path.join(temporaryFolder(), 'report.html');
  writeFileSync(html, await htmlReport([folder]));
  return html;
}

it('cells that were taken over or run twice are marked, counted, and can be filtered', async () => {
  const page = await open(await file());
  const grid = page.getByRole('grid');
  expect(await grid.getByRole('link', { name: /taken over/ }).count()).toBe(3);
  expect(await grid.getByRole('link', { name: '6.12 remove/rebind: pass, second try' }).count()).toBe(1);
  await page.getByRole('button', { name: '1 second try' }).click();
  expect(new URL(page.url()).hash).toBe('#view=overview&how=retried');
  expect(await grid.getByRole('rowheader').allTextContents()).toEqual([
    expect.stringContaining('remove'),
    expect.stringContaining('remove/rebind'),
  ]);
  await grid.getByRole('link', { name: /second try/ }).click();
  await page.getByText('the infrastructure failed at the first one, after 2.3 s: QEMU was ended by SIGKILL').waitFor();
});

it('a cell that was taken over says from which run', async () => {
  const page = await open(await file(), '#view=cell&cell=7.2+poison/load');
  await page.getByText('2026-11-19T02-00-00-night').waitFor();
});

it('what QEMU reported is between the steps', async () => {
  const page = await open(await file(), '#view=cell&cell=7.2+remove/rebind');
  const step = page.getByRole('region', { name: 'Steps' }).locator('li[data-step="1"]');
  expect(await step.locator('.qemu-event').textContent()).toMatch(/RESETQEMU \(guest: true, reason: guest-reset\)$/);
});

it('times of steps are a plot against kernels, with their numbers', async () => {
  const page = await open(await file(), '#view=cell&cell=7.2+remove/rebind');
  await page.getByText('Times of the steps on each kernel').click();
  const plot = page.getByRole('figure', { name: /against the kernel/ });
  await plot.locator('canvas').waitFor();
  await plot.getByText('Numbers').click();
  expect(await plot.getByRole('row').allTextContents()).toEqual([
    ['Kernel', 'unbind pmem0', 'mappings mappers: no pages', 'unmount /mnt'].join(''),
    ...['6.1 (6.1.158)', '6.12 (6.12.107)', '7.2 (7.2.12)'].map((kernel) => `${kernel}800 ms800 ms800 ms`),
  ]);
});
