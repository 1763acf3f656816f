// SPDX-License-Identifier: GPL-2.0-only
// hazmat doctor: what this machine has and lacks, and the one line that installs it.

import { statfsSync } from 'node:fs';
import os from 'node:os';
import { Command } from 'commander';
import { execa } from 'execa';
import pc from 'picocolors';
import { ExitCode, LabError } from '../host/errors.ts';
import { findProgram, installLine, missingNeeds, needs } from '../host/needs.ts';
import { cacheRoot, existingParent } from '../host/places.ts';
import { formatSize } from '../host/size.ts';
import { knownAccelerator } from '../guest/accelerator.ts';
import { loadMachine, machineNames } from '../machine/machine.ts';
import { qemuVersion } from '../machine/version.ts';
import { poisonRoutes } from '../poison/routes.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Find what is missing on this machine.')
    .option('--fix', 'install it (Debian packages; root, or sudo)')
    .action(async ({ fix }: { fix?: boolean }) => {
      if (fix === true && missingNeeds().length > 0) await install();
      process.exitCode = await examine();
    });
}

async function examine(): Promise<number> {
  const missing = missingNeeds();
  const line = (ok: boolean | undefined, what: string, note: string): void => {
    const mark = ok === undefined ? pc.dim('  -  ') : ok ? pc.green('  ok ') : pc.red(' miss');
    process.stdout.write(`${mark}  ${what.padEnd(24)} ${note}\n`);
  };
  for (const need of needs) {
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
  line(free > 4 * 2 ** 30, 'disk', `${formatSize(free)} free for ${cacheRoot()} (4 GiB are comfortable)`);
  for (const route of poisonRoutes) line(undefined, `route ${route.name}`, route.title);
  for (const name of machineNames()) line(undefined, `machine ${name}`, loadMachine(name).title);
  if (missing.length === 0) {
    process.stdout.write('\nNothing is missing: npx hazmat run\n');
    return ExitCode.ok;
  }
  process.stdout.write(`\nTo install what is missing:\n  ${installLine(missing)}\n`);
  return ExitCode.lab;
}

/** Runs the install line; package lists first, since a new machine has none. */
async function install(): Promise<void> {
  const [command = '', ...args] = installLine(missingNeeds()).split(' ');
  const update = command === 'sudo' ? ['sudo', 'apt-get', 'update'] : ['apt-get', 'update'];
  for (const [file = '', ...rest] of [update, [command, ...args]]) {
    process.stdout.write(pc.dim(`$ ${[file, ...rest].join(' ')}\n`));
    const { exitCode } = await execa(file, rest, {
      reject: false,
      stdio: 'inherit',
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (exitCode !== 0) throw new LabError(`${[file, ...rest].join(' ')} failed with exit code ${exitCode ?? 'none'}`);
  }
}
