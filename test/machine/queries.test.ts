// SPDX-License-Identifier: GPL-2.0-only
// The answers of a real QEMU fit the schemas.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { queryCpus, queryMemoryDevices, queryPci, queryStatus, queryVersion } from '../../harness/machine/queries.ts';
import { qemuOf } from '../../harness/machine/qemu-program.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { bareQemu, biosQemu } from './bare-qemu.ts';

it('lists CPUs with the threads that run them', async () => {
  const qemu = await biosQemu('-S');
  const cpus = await queryCpus(qemu);
  expect(cpus.map((cpu) => cpu['cpu-index'])).toEqual([0, 1]);
  expect(new Set(cpus.map((cpu) => cpu['thread-id'])).size).toBe(2);
});

it('knows its version as its command line prints it', async () => {
  const { major, minor } = await queryVersion(await bareQemu());
  expect((await qemuOf('host')).version).toMatch(new RegExp(`^${major}\\.${minor}\\.`));
});

it('follows the run state', async () => {
  const qemu = await biosQemu('-S');
  expect(await queryStatus(qemu)).toBe('prelaunch');
  await qemu.qmp.execute('cont');
  expect(await queryStatus(qemu)).toBe('running');
  await qemu.qmp.execute('stop');
  expect(await queryStatus(qemu)).toBe('paused');
});

it('says where an NVDIMM is', async () => {
  const file = path.join(temporaryFolder(), 'nvdimm');
  writeFileSync(file, '');
  const qemu = await bareQemu([
    ...['-machine', 'pc,nvdimm=on', '-accel', 'tcg', '-m', 'size=64M,slots=1,maxmem=4G', '-S'],
    ...['-object', `memory-backend-file,id=nvm0,share=on,mem-path=${file},size=16M`],
    ...['-device', 'nvdimm,id=nvdimm0,memdev=nvm0'],
  ]);
  const [device, ...others] = await queryMemoryDevices(qemu);
  expect(others).toEqual([]);
  expect(device).toMatchObject({ memdev: '/objects/nvm0', size: 16 * 2 ** 20 });
  // Memory devices are placed above 4 GiB.
  expect(device?.addr).toBeGreaterThanOrEqual(4 * 2 ** 30);
});

it('lists PCI devices, those that the BIOS has not mapped too', async () => {
  const device = ['-device', 'virtio-serial-pci,id=ports'];
  const qemu = await biosQemu('-S', ...device);
  const buses = await queryPci(qemu);
  const ports = buses.flatMap(({ devices }) => devices).find(({ qdev_id }) => qdev_id === 'ports');
  expect(ports?.regions.length).toBeGreaterThan(0);
});
