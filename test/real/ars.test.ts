// SPDX-License-Identifier: GPL-2.0-only
// The `ars` firmware in guests: ndctl inject-error, scrubs, what the host writes, and poison that stays in the image.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPoison, readPoison, type NvdimmFile } from '../firmware/ars-store.ts';
import { guestPlan } from '../../harness/guest/checkpoints.ts';
import { Guest } from '../../harness/guest/guest.ts';
import { loadMachine, type Machine } from '../../harness/machine/machine.ts';
import { makeStateFiles, memoryFiles, type MemoryFiles } from '../../harness/machine/state.ts';
import { Environment } from '../../harness/run/environment.ts';

const mebi = 2 ** 20;
const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-real-ars-'));
const environment = new Environment({
  cells: [],
  emit: () => undefined,
  cellFolder: () => folder,
  signal: new AbortController().signal,
});

/** NVDIMMs of different sizes, so that none is taken for another. By itself QEMU lists four as 0, 2, 1, 3. */
const sizes = [256, 128, 512, 192].map((size) => size * mebi);
const two = loadMachine('two-nvdimms');
const four: Machine = {
  ...two,
  name: 'four',
  nvdimms: sizes.map((size) => ({ size, label: 132 * 1024, align: 2 * mebi })),
};
const onQ35: Machine = { ...four, name: 'four on q35', machine: 'q35' };

const files: MemoryFiles = memoryFiles(folder, four);
const file = (index: number): NvdimmFile => ({
  path: files.nvdimms[index] ?? '',
  size: sizes[index] ?? 0,
  label: 132 * 1024,
});

beforeAll(() => makeStateFiles(files, four));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Boots a guest that writes to the files, has it run each line in its shell, and returns what each printed. */
async function session(kernel: string, machine: Machine, lines: string[]): Promise<{ said: string[]; log: string }> {
  const plan = await environment.bootPlan(await environment.kernels.kernel(kernel), machine);
  const guest = await Guest.boot(guestPlan(plan), files, path.join(folder, 'console.log'));
  try {
    await guest.request('modprobe', { modules: ['nfit', 'nd_pmem'] });
    const said: string[] = [];
    for (const line of lines) {
      const { exit, stdout, stderr } = await guest.request('run', { argv: ['sh', '-c', line] }, { withinMs: 120_000 });
      said.push(exit === 0 ? stdout.trim() : `exit ${exit}: ${stderr.trim()}`);
    }
    return {
      said,
      log: guest.log
        .slice()
        .map(({ text }) => text)
        .join('\n'),
    };
  } finally {
    await guest.end();
  }
}

const scrub = 'echo 1 > /sys/bus/nd/devices/ndbus0/nfit/scrub && ndctl wait-scrub > /dev/null';
const badblocks = (index: number): string => `cat /sys/block/pmem${index}/badblocks`;
const resources = 'for r in 0 1 2 3; do cat /sys/bus/nd/devices/region$r/size; done';
const firmwareFaults = /ACPI (BIOS )?(Error|Exception|Warning)|AE_[A-Z]/;

test('regions are numbered as the NVDIMMs are; ndctl injects, lists and takes back; a write clears', async () => {
  const { said, log } = await session('6.12', four, [
    resources,
    'ndctl inject-error namespace2.0 -B 800 -n 2 -N > /dev/null',
    scrub,
    badblocks(2),
    'ndctl list -M | grep -c nmem2',
    'dd if=/dev/pmem2 of=/dev/null bs=4096 skip=100 count=1 iflag=direct',
    'ndctl inject-error namespace2.0 -B 801 -n 1 --uninject > /dev/null',
    'ndctl inject-error namespace2.0 --status | tr -d " \\n"',
    'dd if=/dev/zero of=/dev/pmem2 bs=4096 seek=100 count=1 oflag=direct conv=notrunc',
    badblocks(2),
    'ndctl inject-error namespace2.0 --status',
    'ndctl inject-error namespace1.0 -B 16 -n 1 -N -S > /dev/null',
    'ndctl read-labels nmem1 | wc -c',
  ]);
  expect(said[0]).toBe(sizes.join('\n'));
  expect(said[3]).toBe('800 2');
  expect(said[4]).toBe('1');
  expect(said[5]).toMatch(/Input\/output error/);
  expect(said[7]).toBe('{"badblocks":[{"block":800,"count":1}]}');
  expect(said.slice(9, 11)).toEqual(['', '']);
  expect(said[12]).toBe(String(128 * 1024));
  expect(log).not.toMatch(firmwareFaults);
  expect(await Promise.all(sizes.map((_, index) => readPoison(file(index))))).toEqual([
    [],
    [{ offset: 16 * 512, length: 512 }],
    [],
    [],
  ]);
});

test('poison stays in the image: another kernel, another machine type; and what the host adds is seen', async () => {
  await addPoison(file(3), { offset: 64 * mebi, length: 4096 });
  const { said, log } = await session('6.1', onQ35, [resources, ...[0, 1, 2, 3].map(badblocks)]);
  expect(said).toEqual([sizes.join('\n'), '', '16 1', '', `${(64 * mebi) / 512} 8`]);
  expect(log).not.toMatch(firmwareFaults);
});

test('what the host writes while the guest runs is seen with the next scrub', async () => {
  const plan = await environment.bootPlan(await environment.kernels.kernel('6.12'), four);
  const guest = await Guest.boot(guestPlan(plan), files, path.join(folder, 'console.log'));
  try {
    await guest.request('modprobe', { modules: ['nfit', 'nd_pmem'] });
    const run = async (line: string): Promise<string> =>
      (await guest.request('run', { argv: ['sh', '-c', line] }, { withinMs: 120_000 })).stdout.trim();
    expect(await run(badblocks(0))).toBe('');
    await addPoison(file(0), { offset: mebi, length: 1024 });
    expect(await run(badblocks(0))).toBe('');
    expect(await run(`${scrub}; ${badblocks(0)}`)).toBe('2048 2');
  } finally {
    await guest.end();
  }
});
