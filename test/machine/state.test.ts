// SPDX-License-Identifier: GPL-2.0-only
// Saving a real QEMU and restoring it. Its BIOS is the guest.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fileHash } from '../../harness/host/key.ts';
import { qemuArgv, withoutKernel, type QemuPlan } from '../../harness/machine/argv.ts';
import { loadMachine } from '../../harness/machine/machine.ts';
import { Qemu } from '../../harness/machine/qemu.ts';
import { queryStatus } from '../../harness/machine/queries.ts';
import { copyMemory, loadState, makeStateFiles, saveState, stateFiles } from '../../harness/machine/state.ts';
import { vcpuState } from '../../harness/machine/vcpu.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { tickCount } from './bare-qemu.ts';

const mebi = 2 ** 20;
const ras = loadMachine('ras');
const machine = {
  ...ras,
  memory: 64 * mebi,
  nvdimms: ras.nvdimms.map((nvdimm) => ({ ...nvdimm, size: 16 * mebi })),
};

function start(folder: string, mode: Pick<QemuPlan, 'share' | 'incoming'>): Promise<Qemu> {
  const { devices: _, ...memory } = stateFiles(folder, machine);
  const nothing = { tables: [], kernel: '', initrd: '', append: '' };
  const plan = { machine, accelerator: 'tcg' as const, memory, console: path.join(folder, 'console'), ...nothing };
  return Qemu.start((sockets) => withoutKernel(qemuArgv({ ...plan, ...mode, sockets }))).then((qemu) => {
    onTestFinished(() => qemu.stop());
    return qemu;
  });
}

it('makes files of holes, of the sizes that the machine wants', async () => {
  const files = stateFiles(temporaryFolder(), machine);
  await makeStateFiles(files, machine);
  const sizes = [files.ram, ...files.nvdimms, files.window ?? ''].map((file) => statSync(file));
  expect(sizes.map(({ size }) => size)).toEqual([64 * mebi, 16 * mebi + 132 * 1024, mebi]);
  expect(sizes.every(({ blocks }) => blocks === 0)).toBe(true);
});

it('copies memory with its holes', async () => {
  const [from, to] = [stateFiles(temporaryFolder(), machine), stateFiles(temporaryFolder(), machine)];
  await makeStateFiles(from, machine);
  writeFileSync(from.ram, Buffer.alloc(4096, 7), { flag: 'r+' });
  await copyMemory(from, to);
  expect(readFileSync(to.ram).subarray(0, 4097)).toEqual(Buffer.concat([Buffer.alloc(4096, 7), Buffer.alloc(1)]));
  expect(statSync(to.nvdimms[0] ?? '')).toMatchObject({ size: 16 * mebi + 132 * 1024, blocks: 0 });
});

it('saves a guest and forks it as often as wanted; no fork changes the saved guest', async () => {
  const folder = temporaryFolder();
  const files = stateFiles(folder, machine);
  await makeStateFiles(files, machine);
  const saved = await start(folder, { share: true, incoming: false });
  const ticks = (): number => readFileSync(files.ram).readUInt32LE(tickCount);
  await expect.poll(ticks, { timeout: 15_000 }).toBeGreaterThan(0);
  await saveState(saved, files.devices);
  const before = await vcpuState(saved, 0);
  await saved.stop();
  const memory = await fileHash(files.ram);
  for (const round of [1, 2]) {
    const fork = await start(folder, { share: false, incoming: true });
    await loadState(fork, files.devices);
    expect([round, await queryStatus(fork)]).toEqual([round, 'paused']);
    expect(await vcpuState(fork, 0)).toEqual(before);
    await fork.qmp.execute('cont');
    const line = async (): Promise<string> => fork.qmp.monitor(`xp /1xw 0x${tickCount.toString(16)}`);
    const first = await line();
    await expect.poll(line, { timeout: 15_000 }).not.toBe(first);
    await fork.stop();
  }
  expect(await fileHash(files.ram)).toBe(memory);
}, 60_000);

it('says what QEMU printed when a saved state is damaged', async () => {
  const folder = temporaryFolder();
  const files = stateFiles(folder, machine);
  await makeStateFiles(files, machine);
  writeFileSync(files.devices, 'not a saved state');
  const fork = await start(folder, { share: false, incoming: true });
  await expect(loadState(fork, files.devices)).rejects.toMatchObject({
    message: 'the state of the guest could not be saved or loaded',
    hint: expect.stringMatching(/not a migration stream|failed/i) as string,
  });
});
