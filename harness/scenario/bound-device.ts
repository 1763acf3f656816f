// SPDX-License-Identifier: GPL-2.0-only
// What unbind and bind act on: a namespace, or the region or the bus that holds it.

import path from 'node:path';
import { z } from 'zod';
import { InfraError } from '../host/errors.ts';
import { isBase } from '../storage/layer.ts';
import { busKey, deviceKey, memdevKey, regionKey } from './keys.ts';
import { memdevOf } from './memdev.ts';
import type { StepContext } from './step-context.ts';

const namespaceKey = deviceKey.describe('The namespace');

/** The device, and the driver, of bind and unbind. */
export const boundSchema = z.union([
  namespaceKey.transform((device) => ({ device, driver: undefined })),
  z.strictObject({
    device: namespaceKey,
    driver: z
      .enum(['nd_pmem', 'dax_pmem', 'device_dax'])
      .optional()
      .describe(
        'nd_pmem, or dax_pmem for a devdax namespace, by default; device_dax is the driver of its character device alone',
      ),
  }),
  z.strictObject({
    region: regionKey.describe('Instead of a namespace: a region, with all that is on it'),
    driver: z
      .enum(['nd_region', 'cxl_region'])
      .prefault('nd_region')
      .describe('nd_region by default; cxl_region is the driver of a region of CXL, with that of libnvdimm on it'),
  }),
  z.strictObject({
    memdev: memdevKey.describe('Instead of a namespace: a CXL device, with all that is on it'),
    driver: z
      .enum(['cxl_mem', 'cxl_pci'])
      .prefault('cxl_mem')
      .describe('cxl_mem by default; cxl_pci is the driver of its PCI function'),
  }),
  z.strictObject({ bus: busKey.describe('Instead of a namespace: the NVDIMM bus, with all regions and NVDIMMs') }),
]);

type Bound = z.output<typeof boundSchema>;

interface BoundDevice {
  /** In words: `pmem0`. */
  what: string;
  /** The folder of its driver in sysfs. */
  folder: string;
  /** Its name there. */
  name: string;
  /** The device nodes of the stack that exist when it is bound. */
  nodes: string[];
  /** That they appear some time after it was bound, under other names in sysfs. */
  isLater: boolean;
}

export function namesOfBound(bound: Bound): {
  devices: string[];
  regions: string[];
  memdevs: string[];
  buses: string[];
} {
  return {
    memdevs: 'memdev' in bound ? [bound.memdev] : [],
    devices: 'device' in bound ? [bound.device] : [],
    regions: 'region' in bound ? [bound.region] : [],
    buses: 'bus' in bound ? [bound.bus] : [],
  };
}

/** `pmem0`, `dax0.0 from device_dax`, `region0`. */
export function boundWords(bound: Bound, how: 'from' | 'to'): string {
  if ('region' in bound) return bound.driver === 'nd_region' ? bound.region : `${bound.region} ${how} ${bound.driver}`;
  if ('memdev' in bound) return `${bound.memdev} ${how} ${bound.driver}`;
  if ('bus' in bound) return bound.bus;
  return bound.driver === undefined ? bound.device : `${bound.device} ${how} ${bound.driver}`;
}

export async function boundDeviceOf(bound: Bound, context: StepContext): Promise<BoundDevice> {
  if ('region' in bound) {
    return {
      what: boundWords(bound, 'from'),
      folder: bound.driver === 'nd_region' ? '/sys/bus/nd/drivers/nd_region' : '/sys/bus/cxl/drivers/cxl_region',
      name: bound.region,
      nodes: nodesOn(context, bound.region),
      isLater: true,
    };
  }
  if ('memdev' in bound) {
    const { name, pci, folder } = await memdevOf(bound.memdev, context);
    const [driver, device] =
      bound.driver === 'cxl_mem' ? ['/sys/bus/cxl/drivers/cxl_mem', name] : ['/sys/bus/pci/drivers/cxl_pci', pci];
    return {
      what: boundWords(bound, 'from'),
      folder: driver,
      name: device,
      nodes: [`${folder}/driver`],
      isLater: true,
    };
  }
  if ('bus' in bound) return busOf(bound.bus, context);
  const { device, driver } = bound;
  await context.refreshFacts(device);
  const nodes = [context.stack.devices.get(device)?.path ?? ''];
  return { what: device, ...driverOf(context, device, driver), nodes, isLater: false };
}

/** The nodes of the namespaces that are on a region or on a bus, and of their partitions. */
function nodesOn({ facts, stack }: StepContext, name: string): string[] {
  const isOn = (device: string): boolean => (facts[`${device} device`] ?? '').split('/').includes(name);
  const bases = [...stack.devices.values()].filter((device) => isBase(device) && isOn(device.name));
  const partitions = [...stack.devices.values()].filter(
    ({ kind, devices }) => kind === 'partition' && bases.some(({ name: base }) => devices.includes(base)),
  );
  return [...bases, ...partitions].filter(({ isSystemRam }) => isSystemRam !== true).map((device) => device.path);
}

/**
 * The platform's device whose driver has made the bus. Once that is unbound the bus is gone, so its place and its driver are kept: the
 * driver is on one bus of the kernel or on another, by version.
 */
async function busOf(bus: string, context: StepContext): Promise<BoundDevice> {
  const { facts, guest } = context;
  const kept = `${bus} driver`;
  const folder = Object.entries(facts)
    .filter(([name]) => name.endsWith(' device'))
    .map(([, device]) => device.split(`/${bus}/`))
    .find(([, below]) => below !== undefined)?.[0];
  if (folder === undefined) throw new InfraError(`no namespace of the stack is on ${bus}`);
  const { exit, stdout } = await guest.request('run', { argv: ['realpath', '-e', `${folder}/driver`] });
  if (exit === 0) facts[kept] = stdout.trim();
  const driver = facts[kept];
  if (driver === undefined) throw new InfraError(`no driver has ${path.basename(folder)}, and no step has unbound it`);
  return { what: bus, folder: driver, name: path.basename(folder), nodes: nodesOn(context, bus), isLater: true };
}

/**
 * The folder of a driver and the name of the device on its bus: `pfn0.1` for nd_pmem in fsdax mode, `namespace0.0` in raw
 * mode, `btt0.0` in sector mode, `dax0.1` for dax_pmem, `dax0.0` for device_dax.
 */
export function driverOf(
  context: Pick<StepContext, 'facts' | 'stack'>,
  device: string,
  driver: 'nd_pmem' | 'dax_pmem' | 'device_dax' | undefined,
): { folder: string; name: string } {
  const isDevdax = context.stack.devices.get(device)?.kind === 'devdax';
  const chosen = driver ?? (isDevdax ? 'dax_pmem' : 'nd_pmem');
  if (chosen === 'device_dax') return { folder: '/sys/bus/dax/drivers/device_dax', name: device };
  return { folder: `/sys/bus/nd/drivers/${chosen}`, name: path.basename(context.facts[`${device} device`] ?? '') };
}
