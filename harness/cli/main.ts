// SPDX-License-Identifier: GPL-2.0-only
// `hazmat`: finds the command, and turns whatever goes wrong into one clear error and an exit code.

import { Command, CommanderError } from 'commander';
import { ExitCode, HazmatError, renderError } from '../host/errors.ts';
import { packageVersion } from '../host/package-version.ts';
import { bisectCommand } from './bisect.ts';
import { cleanCommand } from './clean.ts';
import { compareCommand } from './compare.ts';
import { doctorCommand } from './doctor.ts';
import { injectCommand } from './inject.ts';
import { kernelCommand } from './kernel.ts';
import { mutantsCommand } from './mutants.ts';
import { runCommand } from './run.ts';
import { scenarioCommand } from './scenario.ts';
import { shellCommand } from './shell.ts';

const program = new Command('hazmat')
  .description('Tests Linux kernels against persistent memory that goes bad or goes away, in QEMU guests.')
  .version(packageVersion())
  .showHelpAfterError('(npx hazmat --help shows what there is)')
  .addHelpText(
    'after',
    `
Examples:
  npx hazmat run --kernel 6.1,6.12,7.2         every scenario on three stock kernels
  npx hazmat run remove/shared-mappers -k 7.2  one scenario on one kernel
  npx hazmat run -k image:arch/x86/boot/bzImage,/lib/modules/6.12.0
  npx hazmat compare --base 7.2 --series my.mbox remove
                                               what a series changes: fixed, broken, the same
  npx hazmat compare RUN latest                what changed from one run to another
  npx hazmat shell -k 6.12                     a shell in a guest
Exit codes: 0 all as expected, 1 the kernel deviates, 2 wrong usage, 3 the lab failed.`,
  )
  .exitOverride();
for (const command of [
  runCommand,
  compareCommand,
  bisectCommand,
  mutantsCommand,
  kernelCommand,
  scenarioCommand,
  shellCommand,
  injectCommand,
  doctorCommand,
  cleanCommand,
]) {
  program.addCommand(command().copyInheritedSettings(program));
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
// Whatever still holds the event loop open (a socket, a timer) has nothing more to say.
process.exit();

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  process.stderr.write(`hazmat: ${renderError(error)}\n`);
  return error instanceof HazmatError ? error.exitCode : ExitCode.infrastructure;
}
