// SPDX-License-Identifier: GPL-2.0-only
// CXL memory devices on QEMU's command line: pure. Each device has a host bridge, a root port and a window of physical addresses of its own,
// so that no host bridge has to decode addresses between ports.

import type { Machine } from './machine.ts';

/** A part of a CXL device that is a file on the host. */
export interface CxlMemory {
  /** Of QEMU's memory backend. */
  id: string;
  bytes: number;
}

type CxlMachine = Pick<Machine, 'cxl'>;

/** Bytes of the window of physical addresses of each device. */
const windowSize = '4G';

/** Bus number of the host bridge of the first device, and from one to the next. */
const [firstBus, busStep] = [12, 16];

/** Serial number of the first device. */
const firstSerial = 0x1000;

/** PCIe slot of the first root port. */
const firstSlot = 2;

export interface CxlDevice {
  /** What QEMU calls it. */
  id: string;
  /** The bus that its root port is on. */
  bus: number;
  serial: number;
  /** Bytes of persistent memory, and of volatile memory. */
  persistent: number | undefined;
  volatile: number | undefined;
}

/** Serial number of the device with this index. */
export function cxlSerial(index: number): number {
  return firstSerial + index;
}

/** The devices by index. */
export function cxlDevices({ cxl = [] }: CxlMachine): CxlDevice[] {
  return cxl.map(({ persistent, volatile }, index) => ({
    id: `cxl${index}`,
    bus: firstBus + index * busStep,
    serial: cxlSerial(index),
    persistent,
    volatile,
  }));
}

/** The device with this serial number: QEMU's path of it, and the bus that its root port is on. */
export function cxlDeviceOf(serial: number): { path: string; bus: number } {
  const index = serial - firstSerial;
  return { path: `/machine/peripheral/cxl${index}`, bus: firstBus + index * busStep };
}

/** The devices of a machine; undefined when it has none. */
export function cxlOf(machine: CxlMachine): CxlDevice[] | undefined {
  return machine.cxl === undefined ? undefined : cxlDevices(machine);
}

/** What the devices keep in files, in the order of those. */
export function cxlMemories({ cxl = [] }: CxlMachine): CxlMemory[] {
  return cxl.flatMap(({ persistent, volatile, label }, index) => [
    ...(persistent === undefined ? [] : [{ id: `cxl${index}-persistent`, bytes: persistent }]),
    ...(volatile === undefined ? [] : [{ id: `cxl${index}-volatile`, bytes: volatile }]),
    ...(persistent === undefined ? [] : [{ id: `cxl${index}-label`, bytes: label }]),
  ]);
}

/** What follows the machine type in -machine: a fixed memory window for each device (CXL 3.1, 9.18.1.3). */
export function cxlMachineOptions(machine: CxlMachine): string {
  const windows = cxlDevices(machine).map(
    (_, index) => `,cxl-fmw.${index}.targets.0=cxl-host${index},cxl-fmw.${index}.size=${windowSize}`,
  );
  return windows.length === 0 ? '' : `,cxl=on${windows.join('')}`;
}

/**
 * What follows the CPU model: a kernel that runs on a hypervisor makes no region, for it believes that the CPU cannot flush its caches
 * (arch/x86/mm/pat/set_memory.c:cpu_cache_has_invalidate_memregion, 6.12).
 */
export function cxlCpuOptions({ cxl }: CxlMachine): string {
  return cxl === undefined ? '' : ',hypervisor=off';
}

/** What follows other PCI devices: QEMU would put them on a host bridge of CXL. */
export function pciBusOption({ cxl }: CxlMachine): string {
  return cxl === undefined ? '' : ',bus=pcie.0';
}

/** The devices, with their backends. `files`: one for each of `cxlMemories`, escaped. */
export function cxlArgv(machine: CxlMachine, files: readonly string[], share: 'on' | 'off'): string[] {
  const backends = cxlMemories(machine).flatMap(({ id, bytes }, index) => [
    '-object',
    `memory-backend-file,id=${id},share=${share},mem-path=${files[index] ?? ''},size=${bytes / 2 ** 20}M`,
  ]);
  const devices = cxlDevices(machine).flatMap(({ id, bus, serial }, index) => {
    const { persistent, volatile } = machine.cxl?.[index] ?? {};
    const memory = [
      ...(persistent === undefined ? [] : [`persistent-memdev=${id}-persistent`, `lsa=${id}-label`]),
      ...(volatile === undefined ? [] : [`volatile-memdev=${id}-volatile`]),
    ];
    return [
      ...['-device', `pxb-cxl,id=cxl-host${index},bus_nr=${bus},bus=pcie.0`],
      ...[
        '-device',
        `cxl-rp,id=cxl-port${index},bus=cxl-host${index},port=0,chassis=${index},slot=${firstSlot + index}`,
      ],
      ...['-device', ['cxl-type3', `id=${id}`, `bus=cxl-port${index}`, `sn=${serial}`, ...memory].join(',')],
    ];
  });
  return [...backends, ...devices];
}
