// SPDX-License-Identifier: GPL-2.0-only
// The state of CXL devices and of their root ports. QEMU saves none of it and does not say so: in a guest that is restored they are as after
// a reset, reads give zeros and writes are lost (hw/mem/cxl_type3.c and hw/pci-bridge/cxl_root_port.c have no vmstate, 11.1). So it is read
// when a guest is saved and written back before a fork goes on, through QEMU's test protocol, and then compared.

import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { InfraError } from '../host/errors.ts';
import { readJsonFile } from '../host/json-file.ts';
import { cxlDevices } from './cxl.ts';
import { mailboxCommand, mailboxControl, opcodes, setMailboxControl } from './cxl-mailbox.ts';
import { findMailbox, readComponent, readWord } from './cxl-registers.ts';
import type { Machine } from './machine.ts';
import {
  barAddress,
  configBytes,
  configDifferences,
  configWrites,
  decodesMemory,
  msixTable,
  secondaryBus,
  slotStatusOf,
} from './pci-config.ts';
import type { QemuHandle } from './qemu-handle.ts';
import { Qtest } from './qtest.ts';

/** Where q35 has the configuration space of all functions (hw/pci-host/q35.c: SeaBIOS sets it there). */
const configSpace = 0xb0000000;

/** BARs of a CXL device: its component registers, and its device registers. */
const [componentBar, deviceBar] = [0, 2];

/** Vendor and device, as QEMU has them (hw/pci-bridge/cxl_root_port.c, hw/mem/cxl_type3.c). */
const portId = 0x70758086;
const endpointId = 0x0d938086;

/** Bytes of an interrupt policy that are written; a device that has no dynamic capacity returns one less. */
const policyBytes = 5;

const register = z.strictObject({
  address: z.int(),
  width: z.union([z.literal(1), z.literal(2), z.literal(4)]),
  value: z.int(),
});
const hex = z.string().regex(/^([0-9a-f]{2})*$/);
const functionState = z.strictObject({
  /** Guest-physical address of its configuration space. */
  at: z.int(),
  config: hex.length(2 * configBytes),
  /** Registers in memory, in the order in which they are written, and what they read then; none where it decodes no addresses. */
  writes: z.array(register),
  reads: z.array(register),
});
const mailboxState = z.strictObject({ at: z.int(), control: z.int(), policy: hex, timestamp: hex });
const deviceState = z.strictObject({ port: functionState, endpoint: functionState, mailbox: mailboxState.optional() });

const stateSchema = z.array(deviceState);

type FunctionState = z.output<typeof functionState>;
type MailboxState = z.output<typeof mailboxState>;
type DeviceState = z.output<typeof deviceState>;

/** Stops a guest and keeps the state of its machine's CXL devices in a file. Nothing to do for a machine without. @throws InfraError */
export async function saveCxl(qemu: QemuHandle, machine: Machine, file: string | undefined): Promise<void> {
  if (machine.cxl === undefined) return;
  await qemu.qmp.execute('stop');
  const state = await withQtest(qemu, async (qtest) => {
    const devices: DeviceState[] = [];
    for (const { bus } of cxlDevices(machine)) devices.push(await readDevice(qtest, bus));
    return devices;
  });
  await writeFile(requireFile(file), JSON.stringify(state), { mode: 0o600 });
}

/**
 * Puts the state back into a restored guest that has not gone on yet.
 * @throws InfraError when a device is not as it was then: such a guest would give wrong verdicts
 */
export async function restoreCxl(qemu: QemuHandle, machine: Machine, file: string | undefined): Promise<void> {
  if (machine.cxl === undefined) return;
  const state = readJsonFile(requireFile(file), stateSchema, 'Run again: a saved guest that is damaged is made again.');
  if (state.length !== machine.cxl.length)
    throw new InfraError(`a saved guest has the state of ${state.length} instead of ${machine.cxl.length} CXL devices`);
  await withQtest(qemu, async (qtest) => {
    for (const device of state) await writeDevice(qtest, device);
    for (const device of state) await compareDevice(qtest, device);
  });
}

/** Connects to QEMU's test protocol for as long as `act` takes: QEMU serves one connection at a time. */
export async function withQtest<T>(qemu: QemuHandle, act: (qtest: Qtest) => Promise<T>): Promise<T> {
  const qtest = new Qtest(await qemu.connect('qtest'));
  try {
    return await act(qtest);
  } finally {
    qtest.close();
  }
}

/** Addresses of the configuration spaces of a root port and of the device behind it. @throws InfraError when they are not there */
export async function findFunctions(qtest: Qtest, bus: number): Promise<{ port: number; endpoint: number }> {
  const port = configSpace + (bus << 20);
  await requireFunction(qtest, port, portId, 'root port');
  const endpoint = configSpace + (secondaryBus(await qtest.read(port, 0x40)) << 20);
  await requireFunction(qtest, endpoint, endpointId, 'device');
  return { port, endpoint };
}

async function requireFunction(qtest: Qtest, at: number, id: number, what: string): Promise<void> {
  const { value } = await readWord(qtest, at);
  if (value !== id)
    throw new InfraError(`QEMU has no CXL ${what} at 0x${at.toString(16)}, but 0x${value.toString(16)}`);
}

async function readDevice(qtest: Qtest, bus: number): Promise<DeviceState> {
  const at = await findFunctions(qtest, bus);
  const port = await readFunction(qtest, at.port);
  const endpoint = await readFunction(qtest, at.endpoint);
  const config = Buffer.from(endpoint.config, 'hex');
  return decodesMemory(config)
    ? { port, endpoint, mailbox: await readMailbox(qtest, barAddress(config, deviceBar)) }
    : { port, endpoint };
}

async function readFunction(qtest: Qtest, at: number): Promise<FunctionState> {
  const config = await qtest.read(at, configBytes);
  if (!decodesMemory(config)) return { at, config: config.toString('hex'), writes: [], reads: [] };
  const component = await readComponent(qtest, barAddress(config, componentBar));
  const table = [];
  const msix = msixTable(config);
  if (msix !== undefined) {
    const base = barAddress(config, msix.bar) + msix.offset;
    for (let offset = 0; offset < msix.bytes; offset += 4) table.push(await readWord(qtest, base + offset));
  }
  return {
    at,
    config: config.toString('hex'),
    writes: [...table, ...component.writes],
    reads: [...table, ...component.reads],
  };
}

async function readMailbox(qtest: Qtest, registers: number): Promise<MailboxState> {
  const { mailbox: at, status } = await findMailbox(qtest, registers);
  const control = await mailboxControl(qtest, at);
  const events = await qtest.readRegister(status, 4);
  // From address 0 on, all of it; the number of records is in the bytes 10 and 11 of the answer (CXL 3.1, 8.2.9.9.4.1).
  const all = Buffer.alloc(16, 0);
  all.writeBigUInt64LE(2n ** 58n, 8);
  const poison = (await mailboxCommand(qtest, at, opcodes.getPoisonList, all)).readUInt16LE(10);
  if (events !== 0n || poison !== 0) {
    throw new InfraError('a guest whose CXL device has poison or events cannot be saved', {
      hint: `${poison} records of poison, event status 0x${events.toString(16)}; QEMU cannot restore them`,
    });
  }
  const policy = (await mailboxCommand(qtest, at, opcodes.getInterruptPolicy)).subarray(0, policyBytes);
  const timestamp = await mailboxCommand(qtest, at, opcodes.getTimestamp);
  await setMailboxControl(qtest, at, control);
  return { at, control, policy: policy.toString('hex'), timestamp: timestamp.toString('hex') };
}

async function writeDevice(qtest: Qtest, { port, endpoint, mailbox }: DeviceState): Promise<void> {
  await writeFunction(qtest, port);
  await writeFunction(qtest, endpoint);
  if (mailbox !== undefined) {
    const { at, control, policy, timestamp } = mailbox;
    await mailboxCommand(qtest, at, opcodes.setInterruptPolicy, Buffer.from(policy, 'hex'));
    if (/[1-9a-f]/.test(timestamp))
      await mailboxCommand(qtest, at, opcodes.setTimestamp, Buffer.from(timestamp, 'hex'));
    await setMailboxControl(qtest, at, control);
  }
  const slot = slotStatusOf(Buffer.from(port.config, 'hex'));
  if (slot === undefined) return;
  // What the writes above have raised. QEMU takes a write back that clears more than is set (hw/pci/pcie.c:pcie_cap_slot_write_config), and
  // with a bit left no later event of the slot raises an interrupt.
  const raised = (await qtest.readRegister(port.at + slot.offset, 2)) & BigInt(slot.events);
  if (raised !== 0n) await qtest.writeRegister(port.at + slot.offset, 2, raised);
}

async function writeFunction(qtest: Qtest, { at, config, writes }: FunctionState): Promise<void> {
  const inConfig = configWrites(Buffer.from(config, 'hex')).map((write) => ({ ...write, address: at + write.address }));
  for (const { address, width, value } of [...inConfig, ...writes])
    await qtest.writeRegister(address, width, BigInt(value));
}

async function compareDevice(qtest: Qtest, { port, endpoint, mailbox }: DeviceState): Promise<void> {
  for (const { at, config, reads } of [port, endpoint]) {
    const [offset] = configDifferences(Buffer.from(config, 'hex'), await qtest.read(at, configBytes));
    if (offset !== undefined) throw notRestored(`its configuration space at 0x${offset.toString(16)}`);
    for (const { address, value } of reads)
      if ((await readWord(qtest, address)).value !== value)
        throw notRestored(`its register at 0x${address.toString(16)}`);
  }
  if (mailbox === undefined) return;
  const policy = (await mailboxCommand(qtest, mailbox.at, opcodes.getInterruptPolicy)).subarray(0, policyBytes);
  if (policy.toString('hex') !== mailbox.policy) throw notRestored('its interrupt policy');
  await setMailboxControl(qtest, mailbox.at, mailbox.control);
}

function notRestored(what: string): InfraError {
  return new InfraError(`a CXL device of a restored guest is not as it was when the guest was saved: ${what} differs`);
}

function requireFile(file: string | undefined): string {
  if (file === undefined) throw new Error('a machine with CXL devices without a file for their state');
  return file;
}
