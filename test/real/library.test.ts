// SPDX-License-Identifier: GPL-2.0-only
// The library of scenarios on real kernels: 6.12 does right, 6.1 and 7.2 deviate as known, and each is explained.

import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CellResult } from '../../harness/results/events.ts';
import { findScenarios } from '../../harness/scenario/load.ts';
import { hazmat, latestRun, type Hazmat } from './hazmat.ts';

describe('every scenario on 6.12', () => {
  let run: Hazmat;
  let cells: CellResult[];

  beforeAll(async () => {
    run = await hazmat(['run', '--kernel', '6.12']);
    cells = latestRun(run.results).cells;
  });

  // A race is new in each run, and may find what nobody knows of the kernel: that is a finding, with its evidence.
  const found = (cell: CellResult): boolean =>
    findScenarios(['storm']).some(({ name }) => name === cell.scenario) &&
    ['crash', 'hang'].includes(cell.verdict) &&
    cell.deviations.some(({ evidence }) => existsSync(path.join(run.results, 'latest', cell.folder, evidence ?? '-')));

  test('is as expected', () => {
    const unexpected = cells.filter((cell) => !cell.expected);
    for (const cell of unexpected.filter(found)) console.warn(`found: ${cell.id}: ${cell.why}`);
    expect(unexpected.filter((cell) => !found(cell)).map((cell) => `${cell.id}: ${cell.why}`)).toEqual([]);
    expect(run.exitCode).toBe(unexpected.length > 0 ? 1 : 0);
  });

  test('passes, but for what is known', () => {
    const passed = cells.filter(({ verdict }) => verdict === 'pass');
    expect(passed.length).toBeGreaterThan(0.7 * cells.length);
    const isExplained = (cell: CellResult): boolean =>
      ['pass', 'skip'].includes(cell.verdict) || cell.known !== undefined || found(cell);
    expect(cells.filter((cell) => !isExplained(cell)).map(({ id }) => id)).toEqual([]);
  });

  test('leaves everything that a reader needs', () => {
    const folder = path.join(run.results, 'latest');
    for (const name of ['run.json', 'events.jsonl', 'junit.xml', 'results.ktap', 'summary.txt']) {
      expect(existsSync(path.join(folder, name)), name).toBe(true);
    }
    const cell = cells.find(({ scenario }) => scenario === 'remove/shared-mappers');
    const inCell = (name: string): string => readFileSync(path.join(folder, cell?.folder ?? '', name), 'utf8');
    expect(JSON.parse(inCell('verdict.json'))).toMatchObject({ verdict: 'pass' });
    expect(inCell('dmesg.txt')).toMatch(/Linux version 6\.12\.[\s\S]*Device is about to be removed/);
    expect(inCell('qemu.txt')).toMatch(/^qemu-system-x86_64 .*nvdimm/);
    expect(statSync(path.join(folder, cell?.folder ?? '', 'reproduce.sh')).mode & 0o111).not.toBe(0);
  });
});

test('6.1 crashes when it unmounts after unbind, as known', async () => {
  const run = await hazmat(['run', 'remove/shared-mappers', '--kernel', '6.1']);
  expect(run.exitCode).toBe(0);
  const [cell] = latestRun(run.results).cells;
  expect(cell).toMatchObject({ verdict: 'crash', expected: true, known: { bug: 'KB7' } });
  const [crash, ...others] = cell?.deviations ?? [];
  expect(crash).toMatchObject({ kind: 'crash', step: 'unmount', function: 'dax_disassociate_entry' });
  expect(new Set(others.map(({ step }) => step))).toEqual(new Set(['signals', 'mappings', 'touch']));
});

test('7.2 hangs in unbind, is asked why, and names mf_dax_kill_procs', async () => {
  const run = await hazmat(['run', 'remove/shared-mappers', '--kernel', '7.2']);
  expect(run.exitCode).toBe(0);
  const [cell] = latestRun(run.results).cells;
  expect(cell).toMatchObject({ verdict: 'hang', expected: true, known: { bug: 'KB4' } });
  expect(cell?.deviations[0]).toMatchObject({ kind: 'hang', step: 'unbind', function: 'mf_dax_kill_procs' });
  const text = readFileSync(path.join(run.results, 'latest', cell?.folder ?? '', 'hang.txt'), 'utf8');
  expect(text).toMatch(/xfs_dax_notify_dev_failure/);
});
