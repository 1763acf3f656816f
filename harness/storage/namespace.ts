// SPDX-License-Identifier: GPL-2.0-only
// A namespace on an NVDIMM: /dev/pmemN in fsdax or raw mode, /dev/pmemNs in sector mode.

import { z } from 'zod';
import type { GuestRequest } from '../guest/request.ts';
import { pageBytes } from '../host/page.ts';
import { parseSize } from '../host/size.ts';
import { addDevice, LayerError, layerKind, regionOf, run } from './layer.ts';

const mebi = 2 ** 20;

const schema = z.strictObject({
  name: z
    .string()
    .regex(
      /^pmem\d+(\.[1-9]\d*)?s?$/,
      'a name such as pmem0, or pmem0.1 for a second namespace, or pmem0s in sector mode',
    )
    .describe(
      'The name that the kernel gives it: `pmem0` is the first namespace of NVDIMM 0, `pmem0.1` its second; in sector mode `pmem0s`',
    ),
  mode: z
    .enum(['fsdax', 'raw', 'sector'])
    .prefault('fsdax')
    .describe(
      'fsdax has struct pages and can be mapped; raw cannot; sector has a block translation table (BTT), which writes blocks of 4 KiB as a whole or not at all',
    ),
  size: z
    .string()
    .optional()
    .describe(
      'Bytes of the NVDIMM, such as 256M; all of it by default. At least 128M: the kernel unmaps memory in such steps',
    ),
  map: z.enum(['dev', 'mem']).prefault('dev').describe('Where the struct pages are: on the device or in RAM'),
});

/**
 * Bytes of data that an fsdax namespace offers, a little less than the kernel will give it: the info block and, with
 * map dev, 64 bytes of struct page a page, rounded up to the alignment of 2 MiB (drivers/nvdimm/pfn_devs.c:
 * nd_pfn_init, 6.12).
 */
export function fsdaxBytes(size: number, map: 'dev' | 'mem'): number {
  const structPages = map === 'dev' ? (size / pageBytes) * 64 : 0;
  return size - Math.ceil((8192 + structPages) / (2 * mebi)) * 2 * mebi - 2 * mebi;
}

/** Bytes before the arena of a BTT of version 1.1 (drivers/nvdimm/btt_devs.c:nd_btt_version, 6.12). */
const bttOffset = 4096;
/** Of each block of a BTT: its entry of the map (drivers/nvdimm/btt.h, 6.12). */
const bttEntryBytes = 4;
/** Blocks of a BTT that are free at any time, and bytes of the log for each (drivers/nvdimm/btt.h:BTT_DEFAULT_NFREE, LOG_GRP_SIZE, 6.12). */
const [bttFree, bttLogBytes] = [256, 64];

/** Bytes of data that a namespace in sector mode offers, with blocks of 4 KiB (drivers/nvdimm/btt.c:alloc_arena, 6.12). */
export function sectorBytesOf(size: number): number {
  const available = size - bttOffset - 2 * pageBytes - bttFree * bttLogBytes - pageBytes;
  return (Math.floor(available / (pageBytes + bttEntryBytes)) - bttFree) * pageBytes;
}

/** Several namespaces on one NVDIMM need labels, which can be written only while the region is disabled. */
function initLabels(index: string): GuestRequest[] {
  return [
    run(`disable region${index}`, 'ndctl', 'disable-region', `region${index}`),
    run(`write labels to nmem${index}`, 'ndctl', 'init-labels', '-f', `nmem${index}`),
    run(`enable region${index}`, 'ndctl', 'enable-region', `region${index}`),
  ];
}

export const namespace = layerKind({
  key: 'namespace',
  title: 'A namespace on an NVDIMM',
  example: '{name: pmem0, mode: fsdax}',
  schema,
  modules: ['nfit', 'nd_pmem'],
  plan(spec, context) {
    const { stack } = context;
    const [, index = '0', second, suffix] = /^pmem(\d+)(?:\.(\d+))?(s?)$/.exec(spec.name) ?? [];
    if ((spec.mode === 'sector') !== (suffix === 's')) {
      throw new LayerError(
        spec.mode === 'sector'
          ? `in sector mode the kernel calls it ${spec.name}s`
          : `${spec.name} is the name of a namespace in sector mode`,
      );
    }
    const { what, bytes: nvdimm, isCxl, isVirtio, all } = regionOf(context, Number(index), spec.name);
    if (isVirtio && (spec.size !== undefined || second !== undefined))
      throw new LayerError(`${what} has no labels, so it is one namespace of all its bytes`);
    const size = spec.size === undefined ? undefined : parseSize(spec.size);
    if (
      spec.size !== undefined &&
      (size === undefined || size % (16 * mebi) !== 0 || size < 128 * mebi || size > nvdimm)
    ) {
      throw new LayerError(`${spec.size} is not a size of 128M to ${nvdimm / mebi}M in steps of 16M`);
    }
    const before = second === undefined ? undefined : `pmem${index}${second === '1' ? '' : `.${Number(second) - 1}`}`;
    if (before !== undefined && !stack.devices.has(before) && !stack.devices.has(`${before}s`))
      throw new LayerError(`${before} must come before ${spec.name}`);
    const taken = [...stack.devices.values()]
      .filter(({ name }) => new RegExp(`^pmem${index}(\\.|s?$)`).test(name))
      .reduce((sum, { nvdimmBytes = 0 }) => sum + nvdimmBytes, 0);
    if (size !== undefined && taken + size > nvdimm) {
      throw new LayerError(`${spec.name} does not fit: ${(nvdimm - taken) / mebi}M of ${nvdimm / mebi}M are left`);
    }
    const mode = ['-m', spec.mode, ...(spec.mode === 'fsdax' ? ['-M', spec.map] : [])];
    const create = ['ndctl', 'create-namespace', '-f', ...mode];
    if (size === undefined) {
      if (before !== undefined) {
        throw new LayerError(`${spec.name} needs a \`size\`: only a namespace alone on ${what} can leave it out`);
      }
      stack.requests.push(run(`create namespace ${spec.name}`, ...create, ...all));
    } else {
      if (before === undefined && !isCxl) stack.requests.push(...initLabels(index));
      stack.requests.push(run(`create namespace ${spec.name}`, ...create, '-r', `region${index}`, '-s', String(size)));
    }
    stack.requests.push(run(`check that ${spec.name} exists`, 'test', '-b', `/dev/${spec.name}`));
    const bytes = size ?? nvdimm;
    addDevice(stack, {
      name: spec.name,
      path: `/dev/${spec.name}`,
      kind: spec.mode === 'sector' ? 'sector' : 'namespace',
      bytes: usableBytes(spec.mode, bytes, spec.map),
      below: undefined,
      devices: [],
      nvdimmBytes: bytes,
    });
  },
});

function usableBytes(mode: 'fsdax' | 'raw' | 'sector', bytes: number, map: 'dev' | 'mem'): number {
  if (mode === 'raw') return bytes;
  return mode === 'sector' ? sectorBytesOf(bytes) : fsdaxBytes(bytes, map);
}
