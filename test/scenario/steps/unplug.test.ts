// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { FakeQemu } from '../../guest/fake-guest.ts';
import { cxlDevice, ran, stepTest } from './take-step.ts';

const found = { run: ran(0, `${cxlDevice}\n`) };

it('presses the button of the slot, and waits until the device is gone', async () => {
  const answers: Record<string, unknown> = { 'info pci': '  id "cxl0"\n  id "cxl-port0"\n' };
  const qemu = new FakeQemu(answers);
  const { take } = stepTest(found, { machine: 'cxl', qemu });
  const step = take('unplug: {memdev: mem0}');
  await expect.poll(() => qemu.asked).toEqual(expect.arrayContaining(['device_del', 'info pci']));
  answers['info pci'] = '  id "cxl-port0"\n';
  expect(await step).toMatchObject({ ok: true });
});

it('hangs with a kernel that does not let go of it', async () => {
  const qemu = new FakeQemu({ 'info pci': '  id "cxl0"\n' });
  const { take } = stepTest(found, { machine: 'cxl', qemu });
  await expect(take('unplug: {memdev: mem0}', 200)).rejects.toThrow('no answer within 0.2 s');
});

it('removes the PCI function by sysfs', async () => {
  const { take, asked } = stepTest(found, { machine: 'cxl' });
  expect(await take('unplug: {memdev: mem0, by: sysfs}')).toMatchObject({ ok: true });
  expect(asked().at(-1)).toEqual(['write', { path: '/sys/bus/pci/devices/0000:0d:00.0/remove', data: '1' }]);
});

it('is not met by an errno', async () => {
  const { take } = stepTest(
    { ...found, write: { result: -1, call: 'write', error: 'EPERM', durationMs: 1 } },
    { machine: 'cxl' },
  );
  expect(await take('unplug: {memdev: mem0, by: sysfs}')).toEqual({
    ok: false,
    wanted: 'mem0 is removed',
    seen: 'the write to /sys/bus/pci/devices/0000:0d:00.0/remove returned EPERM',
  });
});

it.each([
  ['cxl_mem', '/sys/bus/cxl/drivers/cxl_mem/unbind', 'mem3'],
  ['cxl_pci', '/sys/bus/pci/drivers/cxl_pci/unbind', '0000:0d:00.0'],
])('unbind takes the device from %s', async (driver, path, data) => {
  const { take, asked } = stepTest(found, { machine: 'cxl' });
  expect((await take(`unbind: {memdev: mem0, driver: ${driver}}`)).ok).toBe(true);
  expect(asked().at(-1)).toEqual(['write', { path, data }]);
});

it('unbind takes the region from cxl_region', async () => {
  const { take, asked } = stepTest(found, { machine: 'cxl' });
  expect(await take('unbind: {region: region0, driver: cxl_region}')).toMatchObject({
    ok: true,
    seen: 'region0 from cxl_region unbound in 12 ms',
  });
  expect(asked().at(-1)).toEqual(['write', { path: '/sys/bus/cxl/drivers/cxl_region/unbind', data: 'region0' }]);
});
