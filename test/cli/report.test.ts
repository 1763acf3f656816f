// SPDX-License-Identifier: GPL-2.0-only
// hazmat report as a person calls it, on runs that were made up and not run.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { projectRoot } from '../../harness/host/places.ts';
import { comparisonJson } from '../../harness/report/comparison-json.ts';
import { reportDataSchema, type ReportData } from '../../harness/report/html/report-data.ts';
import { comparisonsOf } from '../../harness/run/compare.ts';
import { comparedStory, writeRun } from '../report/html/run-folders.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { designStory } from '../results/story.ts';

async function hazmat(results: string, ...args: string[]) {
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [path.join(projectRoot, 'bin/hazmat.mjs'), 'report', ...args],
    { cwd: results, reject: false, stdin: 'ignore', env: { HAZMAT_RESULTS: results, NO_COLOR: '1' } },
  );
  return { exitCode, stdout, stderr };
}

/** What the overview of a file holds. */
function overviewOf(file: string): ReportData {
  const [, packed = ''] = /id="overview">([^<]*)</.exec(readFileSync(file, 'utf8')) ?? [];
  return reportDataSchema.parse(JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()));
}

it('writes the newest run into its folder, or where -o says', async () => {
  const results = temporaryFolder();
  const folder = await writeRun(results, designStory());
  const { exitCode, stderr } = await hazmat(results);
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^[\w-]+\/report\.html: \d+ KiB$/);
  const data = overviewOf(path.join(folder, 'report.html'));
  expect([data.cells.length, data.comparisons.length, data.history]).toEqual([12, 0, undefined]);
  expect((await hazmat(results, 'design', '-o', 'mine.html')).exitCode).toBe(0);
  expect(overviewOf(path.join(results, 'mine.html')).title).toBe(path.basename(folder));
});

it('adds the comparison of a run that hazmat compare made, of two runs, and of two kernels that are named', async () => {
  const results = temporaryFolder();
  await writeRun(results, comparedStory());
  await writeRun(results, { ...designStory(), name: 'other' });
  const labels = async (...args: string[]) => {
    const { exitCode, stderr } = await hazmat(results, ...args, '-o', 'out.html');
    expect(exitCode, stderr).toBe(0);
    return overviewOf(path.join(results, 'out.html')).comparisons.map(
      ({ base, tested }) => `${base.label} ${tested.label}`,
    );
  };
  expect(await labels('compare-7.2-fix')).toEqual(['7.2 7.2+fix']);
  expect(await labels('other', '--base', '6.12', '--kernel', '7.2')).toEqual(['6.12 7.2']);
  expect(await labels('compare-7.2-fix', 'other', '--base', '7.2', '-k', '7.2')).toEqual(['7.2 7.2']);
});

it('takes what compare --json wrote, with the patches of a series', async () => {
  const results = temporaryFolder();
  const folder = await writeRun(results, comparedStory());
  const patches = [
    {
      number: 1,
      name: '0001-fix.patch: xfs: fix',
      kernel: 'debian:7.2+fix#1',
      warnings: ['a.c: warning'],
      changes: [],
    },
  ];
  const comparisons = comparisonsOf({ base: folder, tested: folder }, { base: '7.2', kernel: '7.2+fix' });
  writeFileSync(path.join(results, 'series.json'), comparisonJson(comparisons, patches));
  const { exitCode, stderr } = await hazmat(results, 'series.json');
  expect(exitCode, stderr).toBe(0);
  const data = overviewOf(path.join(results, 'series.html'));
  expect(data.patches).toEqual(patches);
  expect(data.comparisons[0]?.scenarios.map(({ change }) => change)).toEqual(['fixed', 'unchanged']);
});

it('has the history of comparable runs with --nights', async () => {
  const results = temporaryFolder();
  for (const day of [20, 21, 22]) await writeRun(results, { ...designStory(), day });
  await writeRun(results, { ...comparedStory(), day: 21 });
  const nights = async (count: string) => {
    await hazmat(results, 'design', '--nights', count, '-o', 'out.html');
    return overviewOf(path.join(results, 'out.html')).history?.nights.map(({ started }) => started.slice(8, 10));
  };
  expect(await nights('2')).toEqual(['21', '22']);
  expect(await nights('9')).toEqual(['20', '21', '22']);
});

it('says what is wrong', async () => {
  const results = temporaryFolder();
  const said = async (...args: string[]): Promise<string> => {
    const { exitCode, stderr } = await hazmat(results, ...args);
    return `${exitCode ?? 'none'} ${stderr}`;
  };
  expect(await said('gone')).toMatch(/^2 hazmat: there is no run `gone`/);
  await writeRun(results, designStory());
  expect(await said('--base', '6.1')).toMatch(/^2 .*name both/);
  expect(await said('a', 'b', 'c')).toMatch(/^2 /);
  expect(await said('gone.json')).toMatch(/^2 .*there is no file gone\.json/);
  expect(await said('-o', 'no/such/folder.html')).toMatch(/^3 .*no\/such\/folder\.html/);
  expect(existsSync(path.join(results, 'no'))).toBe(false);
});
