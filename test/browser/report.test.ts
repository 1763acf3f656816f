// SPDX-License-Identifier: GPL-2.0-only
// The HTML report in a real browser, made from run folders as `hazmat report` makes it.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { comparisonJson } from '../../harness/report/comparison-json.ts';
import { comparisonsOf } from '../../harness/run/compare.ts';
import { htmlReport, htmlReportOfComparison } from '../../harness/run/html-report.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { designStory, ended, oops, planned } from '../results/story.ts';
import { useBrowser } from './browser.ts';
import { comparedStory, crashTexts, removal, writeRun } from '../report/html/run-folders.ts';

const { open } = useBrowser();

/** The report of folders as a file. */
async function fileOf(folders: string[], options: Parameters<typeof htmlReport>[1] = {}): Promise<string> {
  const file = path.join(temporaryFolder(), 'report.html');
  writeFileSync(file, await htmlReport(folders, options));
  return file;
}

/** The run of designStory: crashes on 6.1, known hangs on 7.2. */
async function designFile(): Promise<string> {
  const story = designStory();
  const verdicts = new Map(story.results.map(({ id, verdict }) => [id, verdict]));
  const crashed = (id: string): boolean => verdicts.get(id) === 'crash';
  return fileOf([
    await writeRun(temporaryFolder(), {
      ...story,
      steps: (cell) => removal(cell, crashed(cell.id)),
      texts: (cell) => (crashed(cell.id) ? crashTexts() : {}),
    }),
  ]);
}

const gridCells = (page: Page) => page.getByRole('grid').getByRole('gridcell');

describe('the overview', () => {
  it('opens from disk with counts, what needs attention, and every cell', async () => {
    const page = await open(await designFile());
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('2 unexpected of 12 cells');
    const attention = page.getByRole('region', { name: 'Needs attention' });
    expect(await attention.getByRole('link').allTextContents()).toEqual([
      '‼ 6.1 remove/shared-mappers',
      '‼ 6.1 remove/rebind',
    ]);
    expect(await gridCells(page).count()).toBe(12);
    await page.getByRole('link', { name: '7.2 remove/rebind: hang (known)' }).waitFor();
  });

  it('filters by verdict, words and kernel, and the address brings the same filters back', async () => {
    const file = await designFile();
    const page = await open(file);
    await page.getByRole('button', { name: /unexpected/ }).click();
    await page.getByRole('status').getByText('2 of 4 scenarios').waitFor();
    await page.getByRole('searchbox').fill('rebind');
    await page.getByRole('status').getByText('1 of 4 scenarios').waitFor();
    await page.getByRole('combobox', { name: 'Kernel' }).selectOption('6.1');
    await expect.poll(() => gridCells(page).count()).toBe(1);
    await page.getByRole('combobox', { name: 'Group by' }).selectOption('tag');
    const { hash } = new URL(page.url());
    expect(hash).toBe('#view=overview&q=rebind&show=unexpected&group=tag&kernel=6.1');

    const again = await open(file, hash);
    await again.getByRole('status').getByText('1 of 4 scenarios').waitFor();
    expect(await again.getByRole('searchbox').inputValue()).toBe('rebind');
    expect(await again.getByRole('button', { name: /unexpected/ }).getAttribute('aria-pressed')).toBe('true');
  });
});

describe('a cell', () => {
  it('leads from a failure to the line of the kernel log that decided', async () => {
    const page = await open(await designFile());
    await page.getByRole('region', { name: 'Needs attention' }).getByRole('link').first().click();
    await page.getByRole('heading', { level: 1, name: /CRASH remove\/shared-mappers/ }).waitFor();
    const reported = page.getByRole('figure');
    expect(await reported.locator('mark').textContent()).toBe('dax_disassociate_entry');
    expect(await reported.locator('.guilty').isVisible()).toBe(true);
    await reported.getByRole('link', { name: 'Show in the kernel log' }).click();
    const line = page.getByRole('log').locator('[aria-current=true]');
    await line.waitFor();
    expect(await line.textContent()).toContain('RIP: 0010:dax_disassociate_entry');
    await expect
      .poll(() =>
        line.evaluate((element) => {
          const { top, bottom } = element.getBoundingClientRect();
          return top >= 0 && bottom <= innerHeight;
        }),
      )
      .toBe(true);
  });

  it('has steps, signals and the kernel log on one clock, and the YAML of the step', async () => {
    const page = await open(await designFile(), '#view=cell&cell=6.1+remove/shared-mappers&step=1');
    const steps = page.getByRole('region', { name: 'Steps' });
    await steps.getByText('BUS_MCEERR_AO to mappers/1, page 2, lsb 12').waitFor();
    const rows = await steps.locator('.step').allTextContents();
    expect(rows).toHaveLength(3);
    expect(rows[2]).toContain('BUG: kernel NULL pointer dereference, address');
    expect(rows[2]).toContain('expected');
    const yaml = page.getByRole('region', { name: 'Scenario' }).locator('[aria-current=step]');
    expect(await yaml.allTextContents()).toEqual([expect.stringContaining('mappings')]);
    await steps.getByRole('button', { name: /3\. unmount/ }).click();
    await expect.poll(() => steps.locator('.step.current').textContent()).toContain('unmount');
  });

  it('has the command to run it again, and says where the log of a passing cell is', async () => {
    const page = await open(await designFile(), '#view=cell&cell=6.12+poison/load');
    await page.getByText('npx hazmat run poison/load --kernel debian:6.12').waitFor();
    await page.getByRole('button', { name: 'Copy: Command that runs this cell again' }).click();
    await page.getByText(/^(?:Copied|Cannot copy)$/).waitFor();
    await page.getByText(/The kernel log of a passing cell is not in this file/).waitFor();
  });

  it('that does not exist leads back', async () => {
    const page = await open(await designFile(), '#view=cell&cell=nothing');
    await page.getByRole('link', { name: 'Back to the overview' }).click();
    await page.getByRole('grid').waitFor();
  });
});

describe('a comparison', () => {
  it('shows both sides step by step with the first difference in view, and what only one kernel logged', async () => {
    const page = await open(await fileOf([await writeRun(temporaryFolder(), comparedStory())]));
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('0 regressed, 1 fixed');
    const chosen = page.getByRole('region', { name: /fixed remove\/shared-mappers/ });
    const first = chosen.getByRole('row').filter({ hasText: 'first difference' });
    await first.getByText('the kernel crashed').waitFor();
    expect(await first.isVisible()).toBe(true);
    expect(await first.getByRole('cell').allTextContents()).toEqual([
      expect.stringContaining('3. unmount /mnt'),
      expect.stringContaining('/mnt unmounted'),
    ]);
    await chosen.getByText('only on base: BUG: kernel NULL pointer dereference').first().waitFor();
    await page.getByRole('link', { name: /poison\/load/ }).click();
    await page.getByRole('region', { name: /unchanged poison\/load/ }).waitFor();
    expect(new URL(page.url()).hash).toBe('#view=compare&scenario=poison/load');
  });

  it('shows which of the lines that the series adds were never executed', async () => {
    const page = await open(await fileOf([await writeRun(temporaryFolder(), comparedStory())]));
    const lines = page.getByRole('region', { name: 'Added lines' });
    await lines.getByText('2 of 3 have code: 1 executed, 0 perhaps, 1 never.').waitFor();
    expect(await lines.getByRole('row').allTextContents()).toEqual([
      ['line', 'source', 'was', 'by'].join(''),
      expect.stringMatching(/^380\s+if \(!mapping\)executed.*shared-mappers$/),
      expect.stringMatching(/^381\s+return -EIO; \/\* <b>bold<\/b> \*\/never executed$/),
      expect.stringMatching(/^382\s+\/\* why \*\/$/),
    ]);
    expect(await lines.locator('b').count()).toBe(0);
  });

  it('has a series patch by patch', async () => {
    const results = temporaryFolder();
    const folder = await writeRun(results, comparedStory());
    const comparisons = comparisonsOf({ base: folder, tested: folder }, { base: '7.2', kernel: '7.2+fix' });
    const about = { kernel: 'debian:7.2+fix#1', warnings: [] };
    const change = {
      scenario: 'remove/shared-mappers',
      change: 'fixed' as const,
      regressed: false,
      was: 'crash',
      is: 'pass',
    };
    const patches = [
      { number: 1, name: '0001-prepare.patch', ...about, changes: [] },
      { number: 2, name: '0002-fix.patch', ...about, changes: [change] },
      { number: 3, name: '0003-late.patch', ...about, why: 'it does not compile', unbuilt: true as const, changes: [] },
    ];
    const json = path.join(results, 'series.json');
    writeFileSync(json, comparisonJson(comparisons, patches));
    const file = path.join(results, 'series.html');
    writeFileSync(file, await htmlReportOfComparison(json));
    const page = await open(file);
    const list = page.getByRole('region', { name: 'Patch by patch' });
    expect(await list.getByRole('listitem').allTextContents()).toEqual([
      expect.stringContaining('changes nothing that is tested'),
      expect.stringMatching(/0002-fix\.patch.*fixed.*remove\/shared-mappers.*crash → pass/),
      expect.stringContaining('crash → pass'),
      expect.stringContaining('it does not compile'),
    ]);
    await list.getByRole('link', { name: 'remove/shared-mappers' }).click();
    await page.getByRole('region', { name: /fixed remove\/shared-mappers/ }).waitFor();
  });

  it('of a run with a kernel for each patch has the patches by their names', async () => {
    const names = ['poison/load', 'remove/rebind'];
    const kernels = ['debian:7.2', 'debian:7.2+fixes#1', 'debian:7.2+fixes#2'];
    const cells = kernels.flatMap((kernel) => names.map((name) => planned(name, kernel)));
    // The first patch fixes one scenario, the second the other.
    const fixedBy = (kernel: string): number => kernels.indexOf(kernel);
    const results = cells.map((cell) =>
      ended(cell, names.indexOf(cell.scenario) < fixedBy(cell.kernel) ? {} : { ...oops, kernelVersion: '7.2.12' }),
    );
    const variants = kernels.map((name, index) => ({
      ...{ name, spec: name, config: [], configFromTree: false, append: '' },
      ...(index === 0 ? {} : { patch: `fixes/000${index}.patch ([PATCH ${index}/2] fix ${index})` }),
    }));
    const story = {
      name: 'each',
      command: 'npx hazmat compare --base 7.2 --series fixes --each',
      kernels,
      cells,
      results,
    };
    const page = await open(await fileOf([await writeRun(temporaryFolder(), { ...story, variants })]));
    const patches = page.getByRole('region', { name: 'Patch by patch' }).locator('ol > li');
    expect(await patches.allTextContents()).toEqual([
      'fixes/0001.patch ([PATCH 1/2] fix 1) fixed poison/load crash → pass',
      'fixes/0002.patch ([PATCH 2/2] fix 2) fixed remove/rebind crash → pass',
    ]);
    await page.getByRole('heading', { level: 1, name: '0 regressed, 2 fixed' }).waitFor();
  });

  it('of two runs works alike', async () => {
    const results = temporaryFolder();
    const [before, after] = [comparedStory(), comparedStory()];
    const only = (told: typeof before, kernel: string, name: string) => ({
      ...told,
      name,
      command: 'npx hazmat run',
      kernels: [kernel],
      cells: told.cells.filter((cell) => cell.kernel === kernel),
      results: told.results.filter((cell) => cell.kernel === kernel),
    });
    const folders = [
      await writeRun(results, only(before, 'debian:7.2', 'before')),
      await writeRun(results, only(after, 'debian:7.2+fix', 'after')),
    ];
    const page = await open(await fileOf(folders));
    await page.getByRole('region', { name: /fixed remove\/shared-mappers/ }).waitFor();
    await page.getByRole('link', { name: 'Open the cell' }).last().click();
    await page.getByRole('heading', { level: 1, name: /pass remove\/shared-mappers/ }).waitFor();
  });
});

/** Five nights; on the third one scenario crashed. */
async function nightsFile(): Promise<string> {
  const results = temporaryFolder();
  const cells = ['poison/load', 'remove/rebind'].map((name) => planned(name, 'debian:6.12'));
  let last = '';
  for (const day of [20, 21, 22, 23, 24]) {
    const told = cells.map((cell) =>
      day === 22 && cell.scenario === 'remove/rebind' ? ended(cell, oops) : ended(cell),
    );
    last = await writeRun(results, {
      name: 'night',
      kernels: ['debian:6.12'],
      cells,
      results: told,
      steps: (cell) => removal(cell, false),
      day,
    });
  }
  return fileOf([last], { nights: 9 });
}

it('the history has scenarios by night, flips first, and plots with their numbers', async () => {
  const page = await open(await nightsFile(), '#view=history');
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('5 nights, 1 verdict changed');
  const rows = page.getByRole('table', { name: 'Scenarios by night' }).getByRole('row');
  expect(await rows.allTextContents()).toEqual([
    expect.stringContaining('Scenario'),
    expect.stringMatching(/✓✓‼✓✓.*remove\/rebind.*pass for 2 nights.*2 flips/),
    expect.stringMatching(/✓✓✓✓✓.*poison\/load.*pass for 5 nights/),
  ]);
  expect(await page.locator('figure canvas').count()).toBe(2);
  const rates = page.getByRole('figure', { name: /Unexpected deviations/ });
  await rates.getByText('Numbers').click();
  expect(await rates.getByRole('cell').allTextContents()).toContain('50.0 % (9.5 to 91 %; 1 of 2)');
  await page.getByRole('link', { name: 'remove/rebind' }).click();
  await page.getByText('Shown: remove/rebind').waitFor();
  await page.getByRole('rowheader', { name: 'unbind pmem0' }).waitFor();
});

describe('without a mouse', () => {
  it('keys search, move in the table, open a cell, and go on to the next', async () => {
    const page = await open(await designFile());
    await page.keyboard.press('/');
    await page.keyboard.type('remove');
    await page.getByRole('status').getByText('2 of 4 scenarios').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('[role=grid] a[tabindex="0"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const focused = page.locator(':focus');
    await expect.poll(() => focused.getAttribute('aria-label')).toBe('7.2 remove/shared-mappers: hang (known)');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /hang \(known\) remove\/shared-mappers/ }).waitFor();
    await page.keyboard.press('n');
    await page.keyboard.press('o');
    await page.keyboard.press('n');
    await page.getByRole('heading', { level: 1, name: /CRASH/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('grid').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  });

  it('arrows choose the next scenario of a comparison', async () => {
    const page = await open(await fileOf([await writeRun(temporaryFolder(), comparedStory())]));
    await page.getByRole('group', { name: 'Scenarios' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('region', { name: /unchanged poison\/load/ }).waitFor();
    await page.keyboard.press('ArrowUp');
    await page.getByRole('region', { name: /fixed remove\/shared-mappers/ }).waitFor();
  });

  it('Tab comes to every control, once into the table, and the focus is visible', async () => {
    const page = await open(await designFile());
    const visited: string[] = [];
    for (let press = 0; press < 40; press++) {
      await page.keyboard.press('Tab');
      const [name, outline] = await page.evaluate(() => {
        const element = document.activeElement;
        if (element === null || element === document.body) return ['', 'none'];
        return [element.getAttribute('aria-label') ?? element.textContent, getComputedStyle(element).outlineStyle];
      });
      if (name === '') break;
      expect(outline, name).not.toBe('none');
      visited.push(name);
    }
    expect(visited[0]).toContain('Skip to the content');
    expect(visited).toContain('Search scenarios');
    expect(visited.filter((name) => /: (?:pass|CRASH|hang|fail|skip)/.test(name))).toHaveLength(1);
  });
});

/** What axe finds wrong: roles, names, landmarks, contrast, order of headings. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found: unknown = await page.evaluate('axe.run()');
  const schema = z.object({
    violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
  });
  return schema
    .parse(found)
    .violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  it.each([
    ['the overview', '#view=overview'],
    ['a crash', '#view=cell&cell=6.1+remove/rebind'],
    ['a cell that passed', '#view=cell&cell=6.12+poison/load'],
  ])('%s is well-formed for screen readers, with enough contrast', async (_name, hash) => {
    const page = await open(await designFile(), hash, { colorScheme });
    await page.getByText('hazmat').first().waitFor();
    if (hash.includes('cell')) await page.getByRole('region', { name: 'Steps' }).waitFor();
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toBe(colorScheme === 'dark' ? 'rgb(20, 23, 27)' : 'rgb(255, 255, 255)');
    expect(await violations(page)).toEqual([]);
  });

  it('the history is, too', async () => {
    const page = await open(await nightsFile(), '#view=history&scenario=poison/load', { colorScheme });
    await page.getByRole('rowheader', { name: 'unbind pmem0' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('a comparison is, too', async () => {
    const page = await open(await fileOf([await writeRun(temporaryFolder(), comparedStory())]), '', { colorScheme });
    await page.getByText('first difference').waitFor();
    expect(await violations(page)).toEqual([]);
  });
});
