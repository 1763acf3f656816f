// SPDX-License-Identifier: GPL-2.0-only
// What a storage layer is: one file with its YAML schema and, as pure data, the requests that set it up in the guest.

import type { z } from 'zod';
import type { GuestRequest } from '../guest/request.ts';

/** A place on a block device, in bytes. */
export interface Place {
  device: string;
  offset: number;
}

/** A block device in the guest, under the name that scenarios use. */
export interface Device {
  name: string;
  path: string;
  kind: 'namespace' | 'sector' | 'devdax' | 'partition' | 'dm' | 'disk';
  /** Usable bytes; never more than the device really has. */
  bytes: number;
  /** Maps a byte of this device to the layer below; undefined for a namespace and a disk. In sector mode the kernel's map says where it is. */
  below: ((offset: number) => Place) | undefined;
  /** Names of the devices below. */
  devices: string[];
  /** Of a namespace: bytes of its NVDIMM that it uses, more than it offers. */
  nvdimmBytes?: number;
  /** Of a devdax namespace: the kernel uses it as memory, and programs cannot map it. */
  isSystemRam?: boolean;
}

/** A mounted filesystem. */
export interface Mount {
  /** Mount point. */
  path: string;
  /** Empty for a filesystem in memory. */
  device: string;
  type: 'xfs' | 'ext4' | 'tmpfs' | 'hugetlbfs';
  /** XFS: the device of an external log. */
  logDevice?: string | undefined;
  /** XFS: the realtime device, which holds the data of every file. */
  realtimeDevice?: string | undefined;
  /** The requests that mount it, so that a scenario can mount it again. */
  requests: GuestRequest[];
}

/** A region of a CXL device: persistent memory for namespaces, or volatile memory. */
interface CxlRegion {
  bytes: number;
  type: 'pmem' | 'ram';
}

/** What has been planned so far; a layer looks things up in it and adds its own. */
export interface Stack {
  devices: Map<string, Device>;
  mounts: Map<string, Mount>;
  /** Regions of CXL devices that layers have made, by name. */
  regions: Map<string, CxlRegion>;
  requests: GuestRequest[];
}

/** Nothing planned yet. */
export function emptyStack(): Stack {
  return { devices: new Map(), mounts: new Map(), regions: new Map(), requests: [] };
}

interface LayerContext {
  stack: Stack;
  /** Bytes of each NVDIMM of the machine. */
  nvdimms: number[];
  /** Bytes of each virtio-pmem device of the machine, if it has some. */
  virtioPmem?: number[] | undefined;
  /** CXL devices of the machine, if it has some. */
  cxl?: readonly { persistent: number | undefined; volatile?: number | undefined; serial: number }[] | undefined;
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
  /** Modules that the kernel must have, as modules or built in. */
  modules: string[];
  /** The modules are loaded with the layer, not in every guest: few scenarios need them. */
  isLate?: boolean;
  /** Why the layer cannot be made there, or undefined if it can. */
  missing?: (environment: { machine: { name: string; cxl?: readonly unknown[] | undefined } }) => string | undefined;
  /** Names of features (kernels/features.yaml) without which a kernel cannot have the layer. */
  features?: (spec: T) => readonly string[];
  /** Adds the layer to the stack. Pure. @throws LayerError when the spec does not fit the machine or the stack. */
  plan: (spec: T, context: LayerContext) => void;
}

/** A stack that is impossible; the loader of scenarios adds file and line. */
export class LayerError extends Error {}

/** Types a layer kind and forgets its spec's type, for the table of kinds. */
export function layerKind<T>(kind: LayerKind<T>): LayerKind<unknown> {
  return {
    ...kind,
    features: (spec) => kind.features?.(spec as T) ?? [],
    plan: (spec, context) => {
      if (kind.isLate === true) addModules(context.stack, kind.modules);
      kind.plan(spec as T, context);
    },
  };
}

function addModules(stack: Stack, modules: string[]): void {
  stack.requests.push({ op: 'modprobe', args: { modules }, why: `load ${modules.join(', ')}` });
}

/** What a namespace or a devdax device is on. */
export interface NamedRegion {
  /** For people: `NVDIMM 0`, `region0`. */
  what: string;
  bytes: number;
  isCxl: boolean;
  /** It is a virtio device, which has no labels. */
  isVirtio: boolean;
  /** Arguments of ndctl for all of it: without labels the kernel offers a whole NVDIMM as one namespace; a region of CXL always has labels. */
  all: [option: string, name: string];
}

/** An NVDIMM, or a region of a CXL device, for a namespace with this name. @throws LayerError when there is none */
export function regionOf({ stack, nvdimms, virtioPmem, cxl }: LayerContext, index: number, name: string): NamedRegion {
  const region = `region${index}`;
  const [nvdimm, ofVirtio, ofCxl] = [nvdimms[index], virtioPmem?.[index], stack.regions.get(region)];
  const [isCxl, isVirtio] = [ofCxl !== undefined, ofVirtio !== undefined];
  if (ofCxl?.type === 'ram') throw new LayerError(`${region} is volatile memory, on which no namespace can be made`);
  if (ofCxl !== undefined) return { what: region, bytes: ofCxl.bytes, isCxl, isVirtio, all: ['-r', region] };
  const whole: NamedRegion['all'] = ['-e', `namespace${index}.0`];
  if (nvdimm !== undefined) return { what: `NVDIMM ${index}`, bytes: nvdimm, isCxl, isVirtio, all: whole };
  if (ofVirtio !== undefined)
    return { what: `virtio-pmem device ${index}`, bytes: ofVirtio, isCxl, isVirtio, all: whole };
  throw new LayerError(
    cxl === undefined
      ? `${name} is on NVDIMM ${index}, but the machine has ${nvdimms.length}`
      : `${name} is on ${region}, which no layer cxl-region before it makes`,
  );
}

/** Whether a device is persistent memory itself: a namespace. */
export function isBase({ kind, below }: Pick<Device, 'kind' | 'below'>): boolean {
  return below === undefined && kind !== 'disk';
}

/** The device of this name. @throws LayerError that lists the known devices. */
export function deviceOf(stack: Stack, name: string): Device {
  const device = stack.devices.get(name);
  if (device !== undefined) return device;
  throw new LayerError(
    `no device \`${name}\` below this layer; devices: ${[...stack.devices.keys()].join(', ') || 'none'}`,
  );
}

/** The device of this name, for another layer on it. @throws LayerError when something uses it already. */
export function freeDeviceOf(stack: Stack, name: string): Device {
  const device = deviceOf(stack, name);
  const above = userOf(stack, name);
  if (above !== undefined) throw new LayerError(`\`${name}\` is in use by ${above}`);
  return device;
}

/** Whether a layer above uses a device. */
export function isInUse(stack: Stack, name: string): boolean {
  return userOf(stack, name) !== undefined;
}

function userOf(stack: Stack, name: string): string | undefined {
  return (
    (stack.devices.get(name)?.isSystemRam === true ? 'the kernel, as memory' : undefined) ??
    [...stack.devices.values()].find(({ devices }) => devices.includes(name))?.name ??
    [...stack.mounts.values()].find((mount) => [mount.device, mount.logDevice, mount.realtimeDevice].includes(name))
      ?.path
  );
}

/** Adds a device. @throws LayerError when the name is taken. */
export function addDevice(stack: Stack, device: Device): void {
  if (stack.devices.has(device.name)) throw new LayerError(`two devices have the name \`${device.name}\``);
  stack.devices.set(device.name, device);
}

/** The namespace and offset of a byte of a device, through every layer. */
export function basePlace(stack: Stack, place: Place): Place {
  const device = deviceOf(stack, place.device);
  return device.below === undefined ? place : basePlace(stack, device.below(place.offset));
}

/** The names of the namespaces below a device. */
export function baseDevices(stack: Stack, name: string): string[] {
  const device = deviceOf(stack, name);
  return device.devices.length === 0
    ? [name]
    : [...new Set(device.devices.flatMap((below) => baseDevices(stack, below)))];
}

/** A program run in the guest; setup fails unless it exits with 0. */
export function run(why: string, ...argv: string[]): GuestRequest {
  return { op: 'run', args: { argv }, why };
}
