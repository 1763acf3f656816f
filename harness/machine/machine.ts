// SPDX-License-Identifier: GPL-2.0-only
// Machines: the virtual hardware, as the files in qemu/ describe it.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { InfraError, UsageError } from '../host/errors.ts';
import { projectRoot } from '../host/places.ts';
import { parseSize } from '../host/size.ts';
import { checkYaml } from '../host/yaml/check.ts';
import { closest } from '../host/yaml/closest.ts';
import { readYaml } from '../host/yaml/yaml.ts';

const size = z.string().transform((text, context) => {
  const bytes = parseSize(text);
  if (bytes !== undefined && bytes > 0) return bytes;
  context.addIssue({ code: 'custom', message: `${text} is not a size; write 512M, 1G or 128K` });
  return z.NEVER;
});

/** What a machine's firmware may have in addition to QEMU's own. */
const firmwareNames = ['ars', 'ars-few', 'ghes', 'einj'] as const;

export type FirmwareName = (typeof firmwareNames)[number];

const nvdimm = z.strictObject({
  size: size.describe('Bytes that the guest sees as persistent memory, without the label area'),
  label: size.prefault('132K').describe('Label area; QEMU requires at least 128K, of which `ars` uses 4K'),
  align: size.prefault('2M').describe('Alignment of its mapping in QEMU'),
  node: z
    .int()
    .min(0)
    .max(7)
    .optional()
    .describe(
      'NUMA node that it belongs to; CPUs and RAM are on node 0. The machine has the nodes up to the highest one',
    ),
});

/** Memory that the kernel makes regions of comes in steps of it (drivers/cxl/core/region.c:size_store, 6.12). */
const cxlStep = 2 ** 28;

/** The kernel maps memory with struct pages in steps of it (mm/memremap.c:pagemap_range, arch/x86/mm/init_64.c:memory_block_size_bytes, 6.12). */
const virtioStep = 2 ** 27;

const cxlSize = size.refine((bytes) => bytes % cxlStep === 0, { error: 'CXL memory comes in steps of 256M' });

const cxlDevice = z
  .strictObject({
    persistent: cxlSize.optional().describe('Bytes of persistent memory, in steps of 256M'),
    volatile: cxlSize.optional().describe('Bytes of volatile memory, in steps of 256M'),
    label: size.prefault('1M').describe('Label storage area, which holds the labels of namespaces'),
  })
  .refine(({ persistent, volatile }) => persistent !== undefined || volatile !== undefined, {
    error: 'needs `persistent`, `volatile` or both',
  });

const virtioPmem = z.strictObject({
  size: size
    .refine((bytes) => bytes % virtioStep === 0, { error: 'memory of a virtio device comes in steps of 128M' })
    .describe('Bytes of persistent memory, in steps of 128M; the first device is region0 in the guest'),
  flush: z
    .enum(['works', 'fails'])
    .prefault('works')
    .describe('What the host answers when the guest asks it to make writes durable; fails: an error, each time'),
});

export const machineSchema = z
  .strictObject({
    title: z.string().describe('One line for `hazmat doctor` and the docs'),
    machine: z.enum(['pc', 'q35']).describe('QEMU machine type'),
    // The kernel recovers from machine checks, and nfit notes them, only on an Intel CPU
    // (arch/x86/kernel/cpu/mce/severity.c; drivers/acpi/nfit/mce.c:nfit_handle_mce, 6.12).
    cpu: z.string().prefault('max,vendor=GenuineIntel,family=6,model=106,stepping=6').describe('QEMU -cpu'),
    cpus: z.int().min(1).max(16).prefault(2).describe('Virtual CPUs'),
    memory: size.prefault('512M').describe('Guest RAM'),
    firmware: z
      .array(z.enum(firmwareNames))
      .prefault(['ars'])
      .refine((names) => !names.includes('einj') || names.includes('ghes'), {
        error: '`einj` needs `ghes`, which reports the injected errors',
      })
      .describe(
        'ACPI tables in addition to QEMU’s own. `ars`: scrub, clear and inject media errors. `ars-few`: the same, with room for two bad ' +
          'ranges in an answer. `ghes`: firmware-first error reporting. `einj`: error injection through ACPI',
      ),
    'command-line': z
      .array(z.string().regex(/^[^\s]+$/, 'a word without spaces'))
      .optional()
      .describe("Words for the kernel's command line, such as mce=recovery"),
    plugin: z
      .literal('poison')
      .optional()
      .describe(
        'QEMU runs with the poison plugin (qemu/plugin): the route consume acts on every load, and the guest is slower',
      ),
    nvdimms: z.array(nvdimm).max(8).describe('NVDIMMs in slot order; the first is region0 in the guest'),
    cxl: z
      .array(cxlDevice)
      .min(1)
      .max(2)
      .optional()
      .describe('CXL memory devices, each below a host bridge and a root port of its own; needs QEMU 10.0 or newer'),
    'virtio-pmem': z
      .array(virtioPmem)
      .min(1)
      .max(2)
      .optional()
      .describe(
        'Persistent memory that a virtio device offers (virtio-pmem-pci). QEMU cannot save such a guest: each cell boots one of its own',
      ),
  })
  .refine(
    ({ machine, firmware, nvdimms, cxl }) =>
      cxl === undefined || (machine === 'q35' && firmware.length + nvdimms.length === 0),
    {
      path: ['cxl'],
      error: 'a machine with `cxl` is `machine: q35` with `firmware: []` and `nvdimms: []`',
    },
  )
  .refine(
    ({ firmware, nvdimms, cxl, 'virtio-pmem': devices }) =>
      devices === undefined || (cxl === undefined && firmware.length + nvdimms.length === 0),
    {
      path: ['virtio-pmem'],
      error: 'a machine with `virtio-pmem` has `firmware: []`, `nvdimms: []` and no `cxl`',
    },
  );

/** An NVDIMM with content: an image that is made for it, without labels. No guest writes to it. */
interface ImageNvdimm extends z.output<typeof nvdimm> {
  image?: { path: string; id: string } | undefined;
}

export interface Machine extends Omit<z.output<typeof machineSchema>, 'nvdimms'> {
  name: string;
  nvdimms: ImageNvdimm[];
  /** The suite whose tree it has as one more NVDIMM, once that is made. */
  suite?: string | undefined;
}

/** The machine with an image as its last NVDIMM. */
export function withImage(machine: Machine, { bytes, ...image }: { path: string; id: string; bytes: number }): Machine {
  return { ...machine, nvdimms: [...machine.nvdimms, { size: bytes, label: 0, align: 2 * 2 ** 20, image }] };
}

/** Whether a part of the machine's firmware runs on the host, and shares a window of memory with the guest. */
export function hasWindow(machine: Pick<Machine, 'firmware'>): boolean {
  return machine.firmware.some((name) => name === 'ghes' || name === 'einj');
}

/**
 * Why a guest of a machine cannot be saved, and so not be forked; undefined if it can. Each cell then boots a guest of its own
 * (guest/single-guest.ts).
 */
export function whyNotSaved(machine: Pick<Machine, 'virtio-pmem'>): string | undefined {
  return machine['virtio-pmem'] === undefined
    ? undefined
    : 'QEMU saves no state of a virtio-pmem device, and how far its queue is cannot be written back';
}

/** @throws InfraError for a machine whose guests cannot be saved */
export function requireSavable(machine: Pick<Machine, 'name' | 'virtio-pmem'>): void {
  const why = whyNotSaved(machine);
  if (why !== undefined)
    throw new InfraError(`a guest of the machine ${machine.name} cannot be saved or forked`, { hint: why });
}

const folder = path.join(projectRoot, 'qemu');

/** Names of the machines that ship. */
export function machineNames(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

/**
 * Loads one of the machines that ship.
 * @param at where in the user's file it is named, for the error
 * @throws UsageError when there is no such machine, or its file is wrong.
 */
export function loadMachine(name: string, at?: string): Machine {
  const names = machineNames();
  if (!names.includes(name)) {
    const meant = closest(name, names);
    throw new UsageError(
      `there is no machine \`${name}\`${meant === undefined ? '' : `, did you mean \`${meant}\`?`}`,
      {
        hint: `machines (qemu/*.yaml): ${names.join(', ')}`,
        at,
      },
    );
  }
  const file = readYaml(path.join(folder, `${name}.yaml`), `qemu/${name}.yaml`);
  return { name, ...checkYaml(file, machineSchema) };
}
