// SPDX-License-Identifier: GPL-2.0-only
// What a storage layer is: one file that says what its YAML looks like and, purely, what the guest does to lay it.

import type { z } from 'zod';
import type { GuestRequest } from '../guest/request.ts';

/** A place on a block device, in bytes. */
export interface Place {
  device: string;
  offset: number;
}

/** A block device in the guest, by the name that scenarios use. */
export interface Device {
  name: string;
  path: string;
  kind: 'namespace' | 'devdax' | 'partition' | 'dm';
  /** Bytes that may be used; never more than the device really has. */
  bytes: number;
  /** Where a byte of this device lies on the layer below; undefined for a namespace. */
  below: ((offset: number) => Place) | undefined;
  /** Names of the devices that it stands on. */
  on: string[];
  /** Of a namespace: bytes of its NVDIMM that it takes, more than it offers. */
  takes?: number;
}

/** A mounted filesystem. */
export interface Mount {
  at: string;
  device: string;
  type: 'xfs' | 'ext4';
  /** XFS: the device of an external log. */
  log?: string;
  /** XFS: the realtime device, on which the data of every file lies. */
  realtime?: string;
  /** The requests that mount it, for a scenario to mount it again. */
  mount: GuestRequest[];
}

/** What has been laid so far; a layer looks things up in it and adds its own. */
export interface Stack {
  devices: Map<string, Device>;
  mounts: Map<string, Mount>;
  requests: GuestRequest[];
}

interface LayerContext {
  stack: Stack;
  /** NVDIMMs of the machine: bytes each. */
  nvdimms: number[];
  /** Version of the kernel under test: `6.12.107`. */
  kernelVersion: string;
}

/** One kind of layer. To add a kind: write its file and name it in layers.ts. */
export interface LayerKind<T> {
  /** The key in a scenario's stack. */
  key: string;
  title: string;
  /** A YAML line for the docs. */
  example: string;
  schema: z.ZodType<T>;
  /** Modules that a kernel must have (as a module or built in) to lay it. */
  modules: string[];
  /** Adds the layer to the stack. Pure. @throws LayerError when the spec does not fit the machine or the stack. */
  lay: (spec: T, context: LayerContext) => void;
}

/** A stack that cannot be; becomes an error with file and line where the scenario is loaded. */
export class LayerError extends Error {}

/** Types a layer kind and forgets its spec's type, for the table of kinds. */
export function layerKind<T>(kind: LayerKind<T>): LayerKind<unknown> {
  return { ...kind, lay: (spec, context) => kind.lay(spec as T, context) };
}

/** The device of this name. @throws LayerError that lists what there is. */
export function deviceOf(stack: Stack, name: string): Device {
  const device = stack.devices.get(name);
  if (device !== undefined) return device;
  throw new LayerError(
    `there is no device \`${name}\` below; there are: ${[...stack.devices.keys()].join(', ') || 'none'}`,
  );
}

/** The device of this name, for something to be laid on it. @throws LayerError when something lies on it already. */
export function freeDeviceOf(stack: Stack, name: string): Device {
  const device = deviceOf(stack, name);
  const above = whatLiesOn(stack, name);
  if (above !== undefined) throw new LayerError(`\`${name}\` is taken: ${above} lies on it`);
  return device;
}

/** Whether something lies on a device. */
export function isTaken(stack: Stack, name: string): boolean {
  return whatLiesOn(stack, name) !== undefined;
}

function whatLiesOn(stack: Stack, name: string): string | undefined {
  return (
    [...stack.devices.values()].find(({ on }) => on.includes(name))?.name ??
    [...stack.mounts.values()].find((mount) => [mount.device, mount.log, mount.realtime].includes(name))?.at
  );
}

/** Adds a device. @throws LayerError when the name is taken. */
export function addDevice(stack: Stack, device: Device): void {
  if (stack.devices.has(device.name)) throw new LayerError(`there are two devices \`${device.name}\``);
  stack.devices.set(device.name, device);
}

/** The namespace on which a byte of a device lies at last, through every layer. */
export function basePlace(stack: Stack, place: Place): Place {
  const device = deviceOf(stack, place.device);
  return device.below === undefined ? place : basePlace(stack, device.below(place.offset));
}

/** The names of the namespaces that a device stands on. */
export function baseDevices(stack: Stack, name: string): string[] {
  const device = deviceOf(stack, name);
  return device.on.length === 0 ? [name] : [...new Set(device.on.flatMap((below) => baseDevices(stack, below)))];
}

/** A program run in the guest; anything but exit 0 ends the laying. */
export function run(why: string, ...argv: string[]): GuestRequest {
  return { op: 'run', args: { argv }, why };
}
