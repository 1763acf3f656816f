// SPDX-License-Identifier: GPL-2.0-only
// hazmat doctor: what this machine has and lacks, and the one line that installs it.

import { statfsSync } from 'node:fs';
import os from 'node:os';
import { Command } from 'commander';
import { execa } from 'execa';
import pc from 'picocolors';
import { ExitCode, InfraError } from '../host/errors.ts';
import { buildNeeds, findProgram, installLine, missingNeeds, needs, testNeeds, type Need } from '../host/needs.ts';
import { cacheRoot, existingParent } from '../host/places.ts';
import { formatSize } from '../host/size.ts';
import { knownAccelerator } from '../guest/accelerator.ts';
import type { Accelerator } from '../machine/argv.ts';
import { loadMachine, machineNames } from '../machine/machine.ts';
import { qemuVersion } from '../machine/version.ts';
import { poisonRoutes } from '../poison/routes.ts';

interface DoctorFlags {
  fix?: boolean;
  build?: boolean;
  tests?: boolean;
  quiet?: boolean;
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Find what is missing on this machine.')
    .option('--fix', 'install it (Debian packages; root, or sudo)')
    .option('--build', 'also check what building kernels and modules needs')
    .option('--tests', 'also check what builds and the tests need')
    .option('--quiet', 'print nothing when nothing is missing')
    .action(async ({ fix, build, tests, quiet }: DoctorFlags) => {
      const wanted = [
        ...needs,
        ...(build === true || tests === true ? buildNeeds : []),
        ...(tests === true ? testNeeds : []),
      ];
      if (fix === true && missingNeeds(wanted).length > 0) await install(missingNeeds(wanted));
      if (quiet !== true || missingNeeds(wanted).length > 0) process.exitCode = await examine(wanted);
    });
}

async function examine(wanted: readonly Need[]): Promise<number> {
  const missing = missingNeeds(wanted);
  const line = (ok: boolean | undefined, what: string, note: string): void => {
    const mark = ok === undefined ? pc.dim('  -  ') : ok ? pc.green('  ok ') : pc.red(' miss');
    process.stdout.write(`${mark}  ${what.padEnd(24)} ${note}\n`);
  };
  for (const need of wanted) {
    const ok = !missing.includes(need);
    const where = need.what.startsWith('/') ? '' : (findProgram(need.what) ?? '');
    line(ok, need.what.split('/').at(-1) ?? need.what, ok ? where : `${need.why}; Debian package ${need.package}`);
  }
  if (findProgram('qemu-system-x86_64') !== undefined) {
    const version = await qemuVersion();
    line(true, 'QEMU', version);
    const choice = knownAccelerator(version);
    const unknown = 'the first run tries KVM by booting a guest with it';
    line(undefined, 'accelerator', choice === undefined ? unknown : `${choice.accelerator}: ${choice.why}`);
  }
  line(undefined, 'CPUs and memory', `${os.availableParallelism()} CPUs, ${formatSize(os.freemem())} free`);
  const disk = statfsSync(existingParent(cacheRoot()));
  const free = disk.bavail * disk.bsize;
  line(
    free > 4 * 2 ** 30,
    'disk',
    `${formatSize(free)} free for ${cacheRoot()} (4 GiB will do, 16 GiB are comfortable)`,
  );
  const accelerator = await acceleratorHere();
  for (const route of poisonRoutes) {
    const reasons = machineNames().map((name) => route.missing?.({ machine: loadMachine(name), accelerator }));
    const can = reasons.includes(undefined);
    line(can, `route ${route.name}`, can ? route.title : `${route.title}: ${reasons[0] ?? ''}`);
  }
  for (const name of machineNames()) line(undefined, `machine ${name}`, loadMachine(name).title);
  if (missing.length === 0) {
    process.stdout.write('\nNothing is missing: npx hazmat run\n');
    return ExitCode.ok;
  }
  process.stdout.write(`\nTo install what is missing:\n  ${installLine(missing)}\n`);
  return ExitCode.infrastructure;
}

/** The accelerator that a run would take, as far as is known without trying it. */
async function acceleratorHere(): Promise<Accelerator> {
  if (findProgram('qemu-system-x86_64') === undefined) return 'tcg';
  return knownAccelerator(await qemuVersion())?.accelerator ?? 'tcg';
}

/** Runs the install line; package lists first, since a new machine has none. */
async function install(missing: readonly Need[]): Promise<void> {
  const [command = '', ...args] = installLine(missing).split(' ');
  const update = command === 'sudo' ? ['sudo', 'apt-get', 'update'] : ['apt-get', 'update'];
  for (const [file = '', ...rest] of [update, [command, ...args]]) {
    process.stdout.write(pc.dim(`$ ${[file, ...rest].join(' ')}\n`));
    const { exitCode } = await execa(file, rest, {
      reject: false,
      stdio: 'inherit',
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (exitCode !== 0)
      throw new InfraError(`${[file, ...rest].join(' ')} failed with exit code ${exitCode ?? 'none'}`);
  }
}
