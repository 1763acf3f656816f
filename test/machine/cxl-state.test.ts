// SPDX-License-Identifier: GPL-2.0-only
// The state of CXL devices: read, written back and compared, against a model of the devices. test/real/cxl.test.ts does it with QEMU.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { restoreCxl, saveCxl } from '../../harness/machine/cxl-state.ts';
import { loadMachine } from '../../harness/machine/machine.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { at, ModelQemu, offsets } from './cxl-model.ts';

const machine = loadMachine('cxl');

function model(): ModelQemu {
  const qemu = new ModelQemu();
  onTestFinished(() => qemu.close());
  return qemu;
}

/** A device that firmware and a driver have set up. */
function inUse(): ModelQemu {
  const qemu = model();
  const { port, endpoint, portBar, endpointBar, deviceBar } = at;
  qemu.poke(port + 0x10, 8, portBar);
  qemu.poke(port + 0x18, 4, 0x000d0d0c);
  qemu.poke(port + 0x20, 4, 0xfe20fe10);
  qemu.poke(port + 0x3e, 2, 2);
  qemu.poke(port + 4, 2, 0x0107);
  qemu.poke(port + offsets.express + 0x18, 2, 0x11e9);
  qemu.poke(port + offsets.msi + 4, 4, 0xfee01000);
  qemu.poke(port + offsets.msi + 0xc, 2, 0x4021);
  qemu.poke(port + offsets.msi + 2, 2, 1);
  qemu.poke(port + offsets.errors + 0x2c, 4, 7);
  qemu.poke(port + offsets.express + 0x1a, 2, 0x10);
  qemu.poke(endpoint + 0x10, 8, endpointBar);
  qemu.poke(endpoint + 0x18, 8, deviceBar);
  qemu.poke(endpoint + 4, 2, 0x0106);
  qemu.poke(endpoint + offsets.msix + 2, 2, 0x8000);
  qemu.poke(endpoint + offsets.errors + 8, 4, 0x400000);
  qemu.poke(endpoint + offsets.dvsec + 0x20, 4, 0x5);
  qemu.poke(deviceBar + 0x300, 4, 0xfee02000);
  qemu.poke(deviceBar + 0x308, 4, 0x4022);
  qemu.poke(endpointBar + offsets.ras + 4, 4, 0);
  qemu.poke(endpointBar + offsets.decoders + 4, 4, 2);
  qemu.poke(endpointBar + offsets.decoders + 0x14, 4, 5);
  qemu.poke(endpointBar + offsets.decoders + 0x18, 4, 0x40000000);
  qemu.poke(endpointBar + offsets.decoders + 0x20, 4, 0x1200);
  qemu.policy = Buffer.from('0109111900', 'hex');
  qemu.timestamp = 77n;
  return qemu;
}

const registers = [
  at.port + 4,
  at.port + 0x18,
  at.port + 0x3c,
  at.port + offsets.msi,
  at.port + offsets.msi + 4,
  at.port + offsets.errors + 0x2c,
  at.endpoint + 4,
  at.endpoint + 0x18,
  at.endpoint + offsets.msix,
  at.endpoint + offsets.errors + 8,
  at.endpoint + offsets.dvsec + 0x20,
  at.deviceBar + 0x300,
  at.deviceBar + 0x308,
  at.endpointBar + offsets.ras + 4,
  at.endpointBar + offsets.decoders + 4,
  at.endpointBar + offsets.decoders + 0x14,
  at.endpointBar + offsets.decoders + 0x18,
  at.endpointBar + offsets.decoders + 0x20,
];

async function saved(qemu: ModelQemu): Promise<string> {
  const file = path.join(temporaryFolder(), 'cxl.json');
  await saveCxl(qemu, machine, file);
  return file;
}

it('makes a device that was reset as the one that was saved', async () => {
  const before = inUse();
  const file = await saved(before);
  expect(before.asked).toContain('stop');
  const after = model();
  expect(after.peek(at.endpointBar + offsets.decoders + 0x20, 4)).toBe(0xffffffffn);
  await restoreCxl(after, machine, file);
  const values = (qemu: ModelQemu): bigint[] => registers.map((address) => qemu.peek(address, 4));
  expect(values(after)).toEqual(values(before));
  // The decoder is committed.
  expect(after.peek(at.endpointBar + offsets.decoders + 0x20, 4) & 0x600n).toBe(0x600n);
  expect(after.policy).toEqual(before.policy);
  expect(after.timestamp).toBe(77n);
});

it('leaves no event of the slot pending, or no later one would interrupt', async () => {
  const file = await saved(inUse());
  const after = model();
  await restoreCxl(after, machine, file);
  expect(after.peek(at.port + offsets.express + 0x1a, 2) & 0x1fn).toBe(0n);
});

it('keeps a device that no driver has: its addresses are not decoded', async () => {
  const before = model();
  before.poke(at.port + 0x18, 4, 0x000d0d0c);
  const file = await saved(before);
  const after = model();
  await restoreCxl(after, machine, file);
  expect(after.peek(at.port + 0x18, 4)).toBe(0x000d0d0cn);
});

it.each([
  ['a register of its memory', at.endpointBar + offsets.decoders + 0x20, 'its register at 0xfe101220 differs'],
  ['its configuration space', at.endpoint + offsets.dvsec + 0x20, 'its configuration space at 0x220 differs'],
])('refuses a fork that is not as it was: %s', async (_what, stuck, why) => {
  const file = await saved(inUse());
  const after = model();
  after.stuck = stuck;
  await expect(restoreCxl(after, machine, file)).rejects.toThrow(why);
});

it('refuses to save what cannot be restored', async () => {
  const qemu = inUse();
  qemu.poison = 1;
  await expect(saved(qemu)).rejects.toThrow('poison or events cannot be saved');
});

it('refuses a state that is damaged, or of another machine', async () => {
  const file = await saved(inUse());
  await expect(restoreCxl(model(), loadMachine('two-cxl'), file)).rejects.toThrow('1 instead of 2 CXL devices');
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 100));
  await expect(restoreCxl(model(), machine, file)).rejects.toThrow('is missing or damaged');
});

it('refuses a QEMU without the devices', async () => {
  const qemu = model();
  qemu.port.bytes.writeUInt32LE(0xffffffff, 0);
  await expect(saved(qemu)).rejects.toThrow('QEMU has no CXL root port at 0xb0c00000');
});

it('does nothing on a machine without CXL', async () => {
  const qemu = model();
  await saveCxl(qemu, loadMachine('q35'), undefined);
  await restoreCxl(qemu, loadMachine('q35'), undefined);
  expect(qemu.asked).toEqual([]);
});
