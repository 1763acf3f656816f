// SPDX-License-Identifier: GPL-2.0-only
// Finds out what this machine has and lacks, for hazmat doctor.

import { existsSync, statfsSync } from 'node:fs';
import os from 'node:os';
import { knownAccelerator, type AcceleratorChoice } from '../guest/accelerator.ts';
import { findMirror } from '../host/debian/apt-mirror.ts';
import { hostDistribution } from '../host/distribution.ts';
import { HazmatError } from '../host/errors.ts';
import { findProgram, type Need } from '../host/needs.ts';
import { cacheRoot, existingParent } from '../host/places.ts';
import { formatSize } from '../host/size.ts';
import { loadMachine, machineNames } from '../machine/machine.ts';
import { hostQemu, qemuOf } from '../machine/qemu-program.ts';
import { poisonRoutes } from '../poison/routes.ts';

export interface Check {
  /** `info`: nothing to judge. `warning`: a run is possible, but perhaps not every one. */
  state: 'ok' | 'missing' | 'warning' | 'info';
  name: string;
  note: string;
}

export interface Section {
  title: string;
  checks: Check[];
}

/** Free disk space below which a run of a few scenarios may fail, in bytes. */
const littleDisk = 4 * 2 ** 30;

/** Examines this machine, one section after the other. `wanted`: all needs to look for; `missing`: those not met. */
export async function* examineHost(wanted: readonly Need[], missing: readonly Need[]): AsyncGenerator<Section> {
  yield { title: 'Programs and files', checks: wanted.map((need) => needCheck(need, missing.includes(need))) };
  const { checks, choice } = await emulator();
  yield { title: 'This machine', checks: [...checks, ...(await mirror()), ...resources()] };
  yield { title: 'Poison routes', checks: routes(choice) };
  yield { title: 'Machines', checks: machineNames().map((name) => info(name, loadMachine(name).title)) };
}

function needCheck({ what, why, package: name }: Need, missing: boolean): Check {
  const short = what.split('/').at(-1) ?? what;
  if (missing)
    return { state: 'missing', name: short, note: `${why} (package ${hostDistribution().packageOf(name) ?? name})` };
  const place = what.startsWith('/') ? (existsSync(what) ? what : undefined) : findProgram(what);
  return { state: 'ok', name: short, note: place ?? 'not here: Debian’s is fetched' };
}

/** Where packages are fetched from. */
async function mirror(): Promise<Check[]> {
  if (findProgram('apt-get') === undefined) return [];
  try {
    return [info('mirror', (await findMirror()).main)];
  } catch (error) {
    if (!(error instanceof HazmatError)) throw error;
    return [{ state: 'missing', name: 'mirror', note: [error.message, error.hint].filter(Boolean).join('. ') }];
  }
}

async function emulator(): Promise<{ checks: Check[]; choice: AcceleratorChoice | undefined }> {
  if (findProgram(hostQemu) === undefined) return { checks: [], choice: undefined };
  try {
    const { version } = await qemuOf('host');
    const choice = knownAccelerator(version);
    const accelerator =
      choice === undefined ? 'not known yet: the first run tries KVM' : `${choice.accelerator}: ${choice.why}`;
    return { checks: [info('QEMU', version), info('accelerator', accelerator)], choice };
  } catch (error) {
    if (!(error instanceof HazmatError)) throw error;
    return { checks: [{ state: 'missing', name: 'QEMU', note: error.message }], choice: undefined };
  }
}

function resources(): Check[] {
  const { bavail, bsize } = statfsSync(existingParent(cacheRoot()));
  const free = bavail * bsize;
  const advice = free < littleDisk ? `; ${formatSize(littleDisk)} are needed, 16 GiB recommended` : '';
  return [
    info('distribution', hostDistribution().title),
    info('CPUs', String(os.availableParallelism())),
    info('memory', `${formatSize(os.freemem())} free`),
    {
      state: free < littleDisk ? 'warning' : 'ok',
      name: 'disk',
      note: `${formatSize(free)} free for ${cacheRoot()}${advice}`,
    },
  ];
}

/** A route is usable when it works on one of the machines at least. */
function routes(choice: AcceleratorChoice | undefined): Check[] {
  const accelerator = choice?.accelerator ?? 'tcg';
  return poisonRoutes.map((route) => {
    const reasons = machineNames().map((name) => route.missing?.({ machine: loadMachine(name), accelerator }));
    const usable = reasons.includes(undefined);
    const note = usable ? route.title : `${route.title}: ${reasons[0] ?? ''}`;
    return { state: usable ? 'ok' : 'warning', name: route.name, note };
  });
}

function info(name: string, note: string): Check {
  return { state: 'info', name, note };
}
