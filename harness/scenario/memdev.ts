// SPDX-License-Identifier: GPL-2.0-only
// A CXL device by its number in the machine: the kernel finds devices in any order, so its name for one is found by the serial number.

import { InfraError } from '../host/errors.ts';
import { cxlSerial } from '../machine/cxl.ts';
import type { StepContext } from './step-context.ts';

export interface Memdev {
  /** The kernel's name: mem0. */
  name: string;
  /** Address of its PCI function: 0000:0d:00.0. */
  pci: string;
  /** In sysfs. */
  folder: string;
  /** QEMU's id. */
  id: string;
}

const find =
  'for m in /sys/bus/cxl/devices/mem*; do test "$(cat $m/serial 2>/dev/null)" = "$1" && exec realpath $m; done; exit 1';

/**
 * Where a device is, or was: what was found once is kept, for a device that is gone comes back there.
 * @throws InfraError when it was never there
 */
export async function memdevOf(
  memdev: string,
  { facts, guest }: Pick<StepContext, 'facts' | 'guest'>,
): Promise<Memdev> {
  const index = Number(memdev.slice('mem'.length));
  const serial = cxlSerial(index);
  const argv = ['sh', '-c', find, 'sh', `0x${serial.toString(16)}`];
  const { exit, stdout } = await guest.request('run', { argv });
  const kept = `${memdev} device`;
  if (exit === 0) facts[kept] = stdout.trim();
  const [name, pci] = (facts[kept] ?? '').split('/').reverse();
  if (name === undefined || pci === undefined)
    throw new InfraError(`the kernel has no CXL device with the serial number 0x${serial.toString(16)}`);
  return { name, pci, folder: `/sys/bus/cxl/devices/${name}`, id: `cxl${index}` };
}
