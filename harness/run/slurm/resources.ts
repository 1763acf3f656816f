// SPDX-License-Identifier: GPL-2.0-only
// What a part of a plan asks of Slurm: CPUs, memory and time. Pure.

import { parseSize } from '../../host/size.ts';
import { parseKernelSpec } from '../../kernel/spec.ts';
import { cxlMemories } from '../../machine/cxl.ts';
import { virtioPmemMemories } from '../../machine/virtio-pmem.ts';
import type { CellPlan } from '../../scenario/plan.ts';
import type { RunPlan } from '../run-plan.ts';
import { defaultPartJobs, type SlurmSettings } from './settings.ts';

export interface Resources {
  cpus: number;
  mebibytes: number;
  minutes: number;
}

const mebi = 2 ** 20;

/** The harness and QEMU itself; a kernel's build, with its linker; what a kernel with debug options needs in addition. */
const harnessBytes = 1024 * mebi;
const qemuBytes = 256 * mebi;
const buildBytes = 3072 * mebi;
const debugBytes = 1024 * mebi;

/** Minutes for a part that has to fetch packages, for a kernel to fetch and boot, and for one to build. */
const startMinutes = 20;
const kernelMinutes = 5;
const buildMinutes = 90;

/** A node may be so many times as slow as the machines that the durations are from. */
const slowness = 3;

/** Minutes for a cell that no earlier run knows. */
const unknownMinutes = 2;

/** For all parts alike, since they are one job array: the most that any of them needs. */
export function resourcesFor(parts: readonly RunPlan[], lines: readonly string[], settings: SlurmSettings): Resources {
  const { jobs = defaultPartJobs, cpus = jobs, memory, minutes } = settings;
  const most = (of: (part: RunPlan) => number): number => Math.ceil(Math.max(0, ...parts.map(of)));
  return {
    cpus,
    mebibytes: Math.ceil((parseSize(memory ?? '') ?? most((part) => bytesOf(part, lines, jobs))) / mebi),
    minutes: minutes ?? most((part) => minutesOf(part, lines, jobs)),
  };
}

function bytesOf(part: RunPlan, lines: readonly string[], jobs: number): number {
  const guest = Math.max(0, ...part.cells.map(guestBytes));
  const debug = part.variants.some(({ config, configFromTree }) => config.length > 0 || configFromTree)
    ? debugBytes
    : 0;
  const guests = jobs * (guest + qemuBytes + debug);
  // Kernels are built while others are tested.
  return harnessBytes + guests + (builds(part, lines) > 0 ? buildBytes : 0);
}

/** A guest's memory and NVDIMMs are files that are mapped privately: at most all of it is written. */
function guestBytes({ of: { machine } }: CellPlan): number {
  const others = [...cxlMemories(machine), ...virtioPmemMemories(machine)].map(({ bytes }) => bytes);
  const persistent = [...machine.nvdimms.map(({ size }) => size), ...others];
  return machine.memory + persistent.reduce((sum, bytes) => sum + bytes, 0);
}

function minutesOf(part: RunPlan, lines: readonly string[], jobs: number): number {
  const cells = part.cells.map(({ expectedMs }) =>
    expectedMs === undefined ? unknownMinutes : (expectedMs / 60_000) * slowness,
  );
  const sum = cells.reduce((all, one) => all + one, 0);
  return (
    startMinutes +
    part.variants.length * kernelMinutes +
    builds(part, lines) * buildMinutes +
    Math.max(sum / jobs, ...cells, 0)
  );
}

function builds({ variants }: RunPlan, lines: readonly string[]): number {
  return variants.filter(({ spec }) => spec.includes('+') || parseKernelSpec(spec, lines).kind === 'built').length;
}
