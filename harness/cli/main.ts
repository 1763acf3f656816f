// SPDX-License-Identifier: GPL-2.0-only
// `hazmat`: runs the command, and turns whatever goes wrong into one clear error and an exit code.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { Command, CommanderError } from 'commander';
import { ExitCode, HazmatError, renderError } from '../host/errors.ts';
import { checkSettings } from '../host/settings.ts';
import { projectVersion } from '../host/project-version.ts';
import { checkQemuSetting } from '../machine/qemu-program.ts';
import { b4CheckCommand } from './b4-check.ts';
import { bisectCommand } from './bisect.ts';
import { cleanCommand } from './clean.ts';
import { compareCommand } from './compare.ts';
import { completionCommand, completionServerCommand } from './completion.ts';
import { coverageCommand } from './coverage.ts';
import { doctorCommand } from './doctor.ts';
import { exploreCommand } from './explore.ts';
import { exportCommand } from './export.ts';
import { exitCodesHelp, withDefault } from './help.ts';
import { historyCommand } from './history.ts';
import { injectCommand } from './inject.ts';
import { kernelCommand } from './kernel.ts';
import { matrixCommand } from './matrix.ts';
import { mergeCommand } from './merge.ts';
import { mutantsCommand } from './mutants.ts';
import { untilRead, watchOutput } from './output.ts';
import { recallCommand } from './recall.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';
import { scenarioCommand } from './scenario.ts';
import { shellCommand } from './shell.ts';

const program = new Command('hazmat')
  .description('Test Linux kernels with persistent memory that fails or is removed, in QEMU.')
  .version(projectVersion(), '-V, --version', 'print the version')
  .helpOption('-h, --help', 'print help')
  .helpCommand('help [command]', 'print help for a command')
  .configureHelp({
    subcommandTerm: (command) => command.name(),
    // Choices are in the description; a default needs no quotes.
    optionDescription: (option) => withDefault(option.description, option.defaultValue),
    argumentDescription: (argument) => withDefault(argument.description, argument.defaultValue),
  })
  .showHelpAfterError('(npx hazmat --help lists commands and options)')
  .addHelpText(
    'after',
    `
Examples:
  npx hazmat run -k 6.1,6.12,7.2               all scenarios on three kernels
  npx hazmat run remove/shared-mappers -k 7.2  one scenario on one kernel
  npx hazmat compare --base 7.2 --series my.mbox remove
                                               what a patch series changes
  npx hazmat compare RUN latest                what changed between two runs
  npx hazmat shell -k 6.12                     a shell in a guest
${exitCodesHelp()}`,
  )
  .exitOverride();
for (const command of [
  runCommand,
  matrixCommand,
  compareCommand,
  bisectCommand,
  b4CheckCommand,
  mutantsCommand,
  recallCommand,
  exploreCommand,
  mergeCommand,
  exportCommand,
  coverageCommand,
  reportCommand,
  historyCommand,
  kernelCommand,
  scenarioCommand,
  shellCommand,
  injectCommand,
  doctorCommand,
  cleanCommand,
  completionCommand,
]) {
  program.addCommand(command().copyInheritedSettings(program));
}
program.addCommand(completionServerCommand(program), { hidden: true });

const output = watchOutput(process.stdout, process.stderr);

program.hook('preAction', () => {
  checkSettings();
  checkQemuSetting();
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
await untilRead(process.stdout, process.stderr);
// A stream reports that it failed a turn later.
await nextTurn();
// The results of a run are in its folder. Any other command has printed its result.
const isPrinted =
  !['run', 'matrix'].includes(program.args[0] ?? '') ||
  program.args.some((word) => ['--dry-run', '--list'].includes(word));
if (output.failure !== undefined && isPrinted) process.exitCode ||= ExitCode.infrastructure;
// Whatever still keeps the event loop alive (a socket, a timer) has nothing left to do.
process.exit();

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  process.stderr.write(`hazmat: ${renderError(error)}\n`);
  return error instanceof HazmatError ? error.exitCode : ExitCode.infrastructure;
}
