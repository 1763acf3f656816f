// SPDX-License-Identifier: GPL-2.0-only
// hazmat compare as a person calls it, on runs that were made up and not run.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { expect, it, vi } from 'vitest';
import { projectRoot } from '../../harness/host/places.ts';
import type { CellResult } from '../../harness/results/events.ts';
import { writeReports } from '../../harness/report/write-reports.ts';
import { RunFolder } from '../../harness/results/run-folder.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { bodiesOf, ended, oops, planned, stamped } from '../results/story.ts';

// Each call starts the program again, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

async function hazmat(
  results: string,
  args: string[],
): Promise<{ exitCode: number | undefined; stdout: string; stderr: string }> {
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [path.join(projectRoot, 'bin/hazmat.mjs'), 'compare', ...args],
    {
      cwd: results,
      reject: false,
      stdin: 'ignore',
      env: { HAZMAT_RESULTS: results, NO_COLOR: '1', COLUMNS: '100' },
    },
  );
  return { exitCode, stdout, stderr };
}

/** A run of one scenario on two kernels, in a results folder. */
async function run(
  results: string,
  name: string,
  late: Partial<CellResult>,
  scenario = 'remove/rebind',
): Promise<void> {
  const kernels = ['debian:6.12', 'debian:7.2'];
  const cells = kernels.map((kernel) => planned(scenario, kernel));
  const told = cells.map((cell) => (cell.kernel === 'debian:7.2' ? ended(cell, late) : ended(cell)));
  const folder = await RunFolder.create(results, name, writeReports);
  for (const event of stamped(bodiesOf({ name, kernels, cells, results: told }))) folder.onEvent(event);
  folder.close();
}

it('compares two runs, two kernels of a run, and its exit code shows whether something regressed', async () => {
  const results = temporaryFolder();
  await run(results, 'before', {});
  await run(results, 'after', oops);
  const two = await hazmat(results, ['before', 'latest']);
  expect([two.exitCode, two.stderr]).toEqual([1, '']);
  expect(two.stdout).toMatch(/^remove\/rebind +pass +pass +unchanged$/m);
  expect(two.stdout).toMatch(/^remove\/rebind +pass +crash +REGRESSED$/m);
  expect((await hazmat(results, ['after', 'before', '--kernel', '7.2', '--base', '7.2'])).stdout).toMatch(/ fixed$/m);
  const within = await hazmat(results, ['after', '--base', '6.12', '--kernel', '7.2', '--json']);
  expect(within.exitCode).toBe(1);
  expect(JSON.parse(within.stdout)).toMatchObject({
    version: 2,
    exitCode: 1,
    comparisons: [{ regressed: ['remove/rebind'] }],
  });
});

it('writes to a file, and then prints nothing', async () => {
  const results = temporaryFolder();
  await run(results, 'before', oops);
  const args = ['before', '--base', '6.12', '--kernel', '7.2', '--mail', '-o', 'cover.txt'];
  expect(await hazmat(results, args)).toEqual({ exitCode: 1, stdout: '', stderr: '' });
  expect(readFileSync(path.join(results, 'cover.txt'), 'utf8')).toMatch(/^Result: 1 REGRESSED, 0 fixed\.$/m);
  const bad = await hazmat(results, [...args.slice(0, -1), 'none/cover.txt']);
  expect([bad.exitCode, bad.stderr]).toEqual([3, expect.stringContaining('none/cover.txt cannot be written')]);
});

it('does not blame the kernel for an infrastructure error', async () => {
  const results = temporaryFolder();
  await run(results, 'before', { verdict: 'error', expected: false, why: 'QEMU was killed' });
  const { exitCode, stdout } = await hazmat(results, ['before', '--base', '6.12', '--kernel', '7.2']);
  expect(exitCode).toBe(3);
  expect(stdout).toContain('infrastructure error on tested: QEMU was killed: remove/rebind');
});

it('says what is wrong with what is asked, and exits with 2', async () => {
  const results = temporaryFolder();
  await run(results, 'before', {});
  await run(results, 'poisoned', {}, 'poison/load');
  for (const [args, said] of [
    [[], /^hazmat: name what to compare\n/],
    [['before', '--base', '6.1', '--kernel', '7.2'], /^hazmat: the run .*-before has no kernel 6\.1\n/],
    [['before', 'poisoned'], /^hazmat: the two runs have no scenario in common/],
    [['--base', '6.12', '--kernel', '7.2', 'remove/rebnd'], /^hazmat: there is no scenario `remove\/rebnd`/],
  ] as [string[], RegExp][]) {
    const { exitCode, stdout, stderr } = await hazmat(results, args);
    expect([args, exitCode, stdout]).toEqual([args, 2, '']);
    expect(stderr).toMatch(said);
  }
});

it('gives one error for a run of an old version', async () => {
  const results = temporaryFolder();
  await run(results, 'before', {});
  const file = path.join(results, 'latest', 'run.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"version": 2', '"version": 1'));
  const { exitCode, stdout, stderr } = await hazmat(results, ['before', '--base', '6.12', '--kernel', '7.2']);
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(
    /^hazmat: \S+run\.json: this file has version 1; this hazmat reads version 2\n {2}Read it with /,
  );
});
