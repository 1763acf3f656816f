// SPDX-License-Identifier: GPL-2.0-only
// run --coverage on a stock kernel: the right functions of the right modules, wherever they were loaded; and what --touching makes of it.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { executedFunctions, sectionsByWhen, type When } from '../../harness/kernel/executed/executed-functions.ts';
import { sourceName } from '../../harness/kernel/executed/kernel-symbols.ts';
import type { RunRecord } from '../../harness/results/run-record.ts';
import { executedCells, symbolsOf } from '../../harness/run/coverage/read-executed.ts';
import { hazmat, latestRun } from './hazmat.ts';

const loadsModule = path.join(import.meta.dirname, 'scenarios/module-loaded-by-step.yaml');
const scenarios = ['remove/shared-mappers', loadsModule] as const;

/** By scenario: what was executed, as `IMAGE FUNCTION`. */
function executedIn(record: RunRecord): Map<string, Record<When, Set<string>>> {
  const symbols = symbolsOf(record, '6.12');
  if (symbols === undefined) throw new Error('the run has no symbols');
  const found = new Map<string, Record<When, Set<string>>>();
  for (const { cell, phases } of executedCells(record, '6.12')) {
    const parts = sectionsByWhen(phases);
    const names = (when: When): Set<string> =>
      new Set(
        executedFunctions(symbols, parts[when]).map(({ image, symbol }) => `${image} ${sourceName(symbol.name)}`),
      );
    found.set(cell.scenario, { boot: names('boot'), setup: names('setup'), steps: names('steps') });
  }
  return found;
}

/** What has to be the same each time: not the scheduler, nor what a timer interrupts. */
const ofSubject = (names: ReadonlySet<string> = new Set()): string[] =>
  [...names].filter((name) => /^(?:xfs|nd_pmem|libnvdimm) |^vmlinux (?:dax_|mf_)/.test(name)).sort();

test('the steps that unbind execute what kills the processes, and the same in another run', async () => {
  const first = await hazmat(['run', ...scenarios, '--kernel', '6.12', '--coverage']);
  expect(first.exitCode).toBe(0);
  const record = latestRun(first.results);
  const executed = executedIn(record);
  const [unbinds, loads] = scenarios.map((name) => executed.get(name));
  expect(ofSubject(unbinds?.steps)).toEqual(
    expect.arrayContaining(['nd_pmem pmem_release_disk', 'vmlinux mf_dax_kill_procs', 'xfs xfs_dax_notify_failure']),
  );
  expect(unbinds?.boot).toContain('vmlinux start_kernel');
  expect(unbinds?.setup).toContain('xfs xfs_fs_fill_super');
  expect(unbinds?.boot).not.toContain('vmlinux mf_dax_kill_procs');
  expect(loads?.steps).toContain('loop loop_configure');
  expect(loads?.steps).not.toContain('vmlinux mf_dax_kill_procs');

  const never = await hazmat(['coverage', 'latest', '--never', 'drivers/nvdimm/btt.c'], {}, first.results);
  expect(never.stdout).toContain('btt_submit_bio()');
  const shown = await hazmat(['coverage', 'latest', 'fs/dax.c', '--json'], {}, first.results);
  const { files } = z
    .object({ files: z.array(z.object({ functions: z.array(z.object({ name: z.string(), when: z.string() })) })) })
    .parse(JSON.parse(shown.stdout));
  expect(files[0]?.functions.find(({ name }) => name === 'dax_iomap_fault')).toMatchObject({ when: 'steps' });

  const list = await hazmat(
    ['run', ...scenarios, '-k', '6.12', '--touching', 'kernels/series/memory-failure-exited-leader', '--list'],
    {},
    first.results,
  );
  expect(list.stdout).toMatch(/remove\/shared-mappers .*executes mf_dax_kill_procs\(\) in its steps/);
  expect(list.stdout).toMatch(/1 left out\n.*module-loaded-by-step.* .*executes none of mf_dax_kill_procs\(\)/);

  const second = await hazmat(['run', scenarios[0], '--kernel', '6.12', '--coverage']);
  const again = executedIn(latestRun(second.results)).get(scenarios[0]);
  expect(ofSubject(again?.steps)).toEqual(ofSubject(unbinds?.steps));
  const file = path.join(first.results, 'latest', record.cells[0]?.folder ?? '', 'coverage.json.gz');
  expect(readFileSync(file).length).toBeLessThan(200 << 10);
});
