// SPDX-License-Identifier: GPL-2.0-only
// hazmat doctor: reports what this machine has and lacks, and installs what is missing.

import { existsSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { execa } from 'execa';
import pc from 'picocolors';
import { ExitCode, InfraError } from '../host/errors.ts';
import { hostDistribution } from '../host/distribution.ts';
import { buildNeeds, installLine, lackingLine, missingNeeds, needs, testNeeds, type Need } from '../host/needs.ts';
import { quoteArgv } from '../host/program.ts';
import { examineHost, type Check } from '../run/examine-host.ts';

interface DoctorFlags {
  fix?: boolean;
  build?: boolean;
  tests?: boolean;
  quiet?: boolean;
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Check that this machine has what hazmat needs.')
    .option('--fix', 'install missing packages, as root or by sudo')
    .option('--build', 'also check what building kernels and modules needs')
    .option('--tests', 'also check what builds and the tests need')
    .option('--quiet', 'print nothing when nothing is missing')
    .action(async ({ fix = false, build = false, tests = false, quiet = false }: DoctorFlags) => {
      const wanted = [...needs, ...(build || tests ? buildNeeds : []), ...(tests ? testNeeds : [])];
      if (fix && missingNeeds(wanted).length > 0) await install(missingNeeds(wanted));
      const missing = missingNeeds(wanted);
      if (!quiet || missing.length > 0) process.exitCode = await report(wanted, missing);
    });
}

const marks = {
  ok: pc.green('ok     '),
  missing: pc.red('missing'),
  warning: pc.yellow('warning'),
  info: '       ',
} as const satisfies Record<Check['state'], string>;

async function report(wanted: readonly Need[], missing: readonly Need[]): Promise<number> {
  let complete = true;
  for await (const { title, checks } of examineHost(wanted, missing)) {
    process.stdout.write(`${pc.bold(title)}\n`);
    for (const { state, name, note } of checks) {
      process.stdout.write(`  ${marks[state]}  ${name.padEnd(26)} ${note}\n`);
      if (state === 'missing') complete = false;
    }
    process.stdout.write('\n');
  }
  if (complete) {
    process.stdout.write('Nothing is missing. Run the scenarios with: npx hazmat run\n');
    return ExitCode.ok;
  }
  const line = installLine(missing);
  if (line !== undefined) process.stdout.write(`To install what is missing:\n  ${line}\n`);
  const lacking = lackingLine(missing);
  if (lacking !== undefined) process.stdout.write(`${lacking}\n`);
  return ExitCode.infrastructure;
}

/** Whether an init runs here. A container or a chroot without one does not outlive a power cut. */
function isBooted(): boolean {
  return existsSync('/run/systemd/system') || readFileSync('/proc/1/comm', 'utf8').trim() === 'init';
}

/** Installs packages. The package lists are updated first: a new machine has none. */
async function install(missing: readonly Need[]): Promise<void> {
  const line = installLine(missing)?.split(' ');
  if (line === undefined) return;
  const { refresh, unsynced = [] } = hostDistribution();
  const command = isBooted() ? line : [...line, ...unsynced];
  const sudo = command[0] === 'sudo' ? ['sudo'] : [];
  for (const argv of [...(refresh === undefined ? [] : [[...sudo, ...refresh]]), command]) {
    const [file = '', ...args] = argv;
    process.stdout.write(pc.dim(`$ ${quoteArgv(argv)}\n`));
    const { exitCode } = await execa(file, args, {
      reject: false,
      stdio: 'inherit',
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (exitCode !== 0) throw new InfraError(`${quoteArgv(argv)} failed with exit code ${exitCode ?? 'none'}`);
  }
}
