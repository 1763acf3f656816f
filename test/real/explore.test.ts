// SPDX-License-Identifier: GPL-2.0-only
// hazmat explore: a right kernel shows nothing, and a wrong one a short scenario that shows the same again.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hazmat, latestRun, temporaryFolder } from './hazmat.ts';

test('sequences that pass leave nothing, and are not in the history', async () => {
  const output = path.join(temporaryFolder(), 'found');
  const explored = await hazmat(['explore', '-k', '6.12', '--seed', '1', '--count', '6', '--output', output]);
  // First what was found: a failure then names it.
  expect(explored.stdout).toMatch(/^6 sequences \(\d+ operations\), [\d,]+ an hour: 0 findings, seed 1 on 6\.12$/m);
  expect(explored.exitCode).toBe(0);
  expect(readdirSync(path.join(output, 'sequences'))).toEqual([]);
  expect(readdirSync(path.join(output, 'runs')).filter((name) => name.startsWith('2'))).toEqual([]);
  expect(existsSync(path.join(explored.results, 'history.jsonl'))).toBe(false);
});

test('a kernel that keeps a bad block after a recovery write: found, and shrunk to a bad block and a write', async () => {
  const output = path.join(temporaryFolder(), 'found');
  const kernel = '7.2+kernels/mutants/pmem-forgets-badblock.patch';
  const argv = ['explore', '-k', kernel, '--seed', '1', '--count', '6', '--output', output];
  const explored = await hazmat(argv);
  expect(explored.exitCode).toBe(1);
  const [, file = ''] = /^ {2}(\S+01-fail\.yaml)$/m.exec(explored.stdout) ?? [];
  const scenario = readFileSync(file, 'utf8');
  expect(scenario).toMatch(/^title: .*after bad block, write, all is as the model says/m);
  expect(explored.stdout).toMatch(/\n {2}2 of \d+ operations, after \d+ tries; fails 3 of 3 times; /);
  const again = await hazmat(['run', file, '-k', kernel]);
  expect(again.exitCode).toBe(1);
  expect(latestRun(again.results).cells[0]?.deviations[0]?.step).toMatch(/^(badblocks|read)$/);
});
