// SPDX-License-Identifier: GPL-2.0-only
// Guests with CXL devices on a QEMU that is fetched: whether a fork has the devices as they were saved, and that one that has not is refused.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { Checkpoints } from '../../harness/guest/checkpoints.ts';
import { isAtLeast, qemuOf } from '../../harness/machine/qemu-program.ts';

import { Environment } from '../../harness/run/environment.ts';
import { findScenarios } from '../../harness/scenario/load.ts';
import { planCells } from '../../harness/scenario/plan.ts';
import { hazmat, latestRun, leftovers, temporaryFolder } from './hazmat.ts';

const qemu = 'debian:trixie-backports';
const folder = temporaryFolder();
const checkpoints = new Checkpoints(folder);

afterAll(() => checkpoints.finish());

test.each([
  ['files, mappings, mailbox and interrupts', 'cxl/fork'],
  ['the memory that its kernel uses', 'cxl/volatile-fork'],
])('eight of eight forks have %s as the guest that was saved', async (_what, scenario) => {
  const run = await hazmat(['run', scenario, '-k', '6.12', '--qemu', qemu, '--repeat', '8']);
  const { cells } = latestRun(run.results);
  expect(cells).toHaveLength(8);
  expect(cells.filter(({ verdict }) => verdict !== 'pass').map(({ verdict, why }) => `${verdict}: ${why}`)).toEqual([]);
  expect(leftovers()).toEqual([]);
});

/** A state as far as this test changes it. */
const stateSchema = z.array(
  z.looseObject({ endpoint: z.looseObject({ reads: z.array(z.looseObject({ value: z.int() })).min(1) }) }),
);

test('a fork whose device is not as it was saved is refused', async () => {
  const [cell] = planCells(findScenarios(['cxl/fork']), ['6.12'], 1);
  if (cell === undefined) throw new Error('no such scenario');
  const environment = new Environment({
    cells: [cell],
    emit: () => undefined,
    cellFolder: () => folder,
    signal: new AbortController().signal,
    checkpoints,
    qemu,
  });
  const kernel = await environment.kernels.kernel('6.12');
  const { checkpoint } = await environment.checkpointAt(cell, kernel, 'boot');
  const fork = async (): Promise<void> => (await checkpoints.fork(checkpoint, path.join(folder, 'console'))).end();
  await fork();
  const file = checkpoint.files.cxlState ?? '';
  const state = stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const [register] = state[0]?.endpoint.reads ?? [];
  if (register === undefined) throw new Error('no register was saved');
  register.value ^= 1;
  writeFileSync(file, JSON.stringify(state));
  await expect(fork()).rejects.toThrow();
});

test('on a QEMU that is too old they are skipped, with what to do', async (context) => {
  if (isAtLeast((await qemuOf('host')).version, [10, 0])) context.skip('the QEMU of this machine has CXL');
  const { results, exitCode } = await hazmat(['run', 'cxl/fork', '-k', '6.12']);
  const [cell] = latestRun(results).cells;
  expect(cell).toMatchObject({ verdict: 'skip' });
  expect(cell?.why).toContain('--qemu debian:trixie-backports');
  expect(exitCode).toBe(0);
});
