// SPDX-License-Identifier: GPL-2.0-only
// Machines: the virtual hardware, as qemu/*.yaml describe it.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { UsageError } from '../host/errors.ts';
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

/** What a machine's firmware may have besides QEMU's own. */
const firmwareNames = ['ars', 'ghes', 'einj'] as const;

export type FirmwareName = (typeof firmwareNames)[number];

const nvdimm = z.strictObject({
  size: size.describe('Bytes that the guest sees as persistent memory, without the label area'),
  label: size.prefault('132K').describe('Label area; QEMU wants at least 128K, of which `ars` takes 4K for itself'),
  align: size.prefault('2M').describe('Alignment of its mapping in QEMU'),
});

export const machineSchema = z.strictObject({
  title: z.string().describe('One line for `hazmat doctor` and the docs'),
  machine: z.enum(['pc', 'q35']).describe('QEMU machine type'),
  // A machine check is handled as recoverable, and nfit listens, only on a CPU that says it is Intel's
  // (arch/x86/kernel/cpu/mce/severity.c; drivers/acpi/nfit/mce.c, 6.12).
  cpu: z.string().prefault('max,vendor=GenuineIntel,family=6,model=106,stepping=6').describe('QEMU -cpu'),
  cpus: z.int().min(1).max(16).prefault(2).describe('Virtual CPUs'),
  memory: size.prefault('512M').describe('Guest RAM'),
  firmware: z
    .array(z.enum(firmwareNames))
    .prefault(['ars'])
    .refine((names) => !names.includes('einj') || names.includes('ghes'), {
      error: '`einj` needs `ghes`, through which what was injected is reported',
    })
    .describe(
      'ACPI tables besides QEMU’s own. `ars`: scrub, clear and inject media errors. `ghes`: errors that the firmware ' +
        'reports first. `einj`: error injection through ACPI',
    ),
  plugin: z
    .literal('poison')
    .optional()
    .describe(
      'QEMU runs with the poison plugin (qemu/plugin): the route consume then acts on any load, and all is slower',
    ),
  nvdimms: z.array(nvdimm).max(8).describe('NVDIMMs in slot order; the first is region0 in the guest'),
});

export type Machine = z.output<typeof machineSchema> & { name: string };

/** True for a machine whose firmware has a side on the host, which it shares a window of memory with. */
export function hasWindow(machine: Pick<Machine, 'firmware'>): boolean {
  return machine.firmware.some((name) => name === 'ghes' || name === 'einj');
}

const folder = path.join(projectRoot, 'qemu');

/** Names of the machines that ship. */
export function machineNames(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

/** @throws UsageError when there is no such machine or its file is wrong. */
export function loadMachine(name: string, at?: string): Machine {
  const names = machineNames();
  if (!names.includes(name)) {
    const meant = closest(name, names);
    throw new UsageError(
      `there is no machine \`${name}\`${meant === undefined ? '' : `, did you mean \`${meant}\`?`}`,
      {
        hint: `machines (qemu/*.yaml): ${names.join(', ')}`,
        ...(at === undefined ? {} : { at }),
      },
    );
  }
  const file = readYaml(path.join(folder, `${name}.yaml`), `qemu/${name}.yaml`);
  return { name, ...checkYaml(file, machineSchema) };
}
