// SPDX-License-Identifier: GPL-2.0-only
// hazmat matrix: scenarios on kernels as a file says.

import path from 'node:path';
import { Command } from 'commander';
import { UsageError } from '../host/errors.ts';
import { loadMatrix } from '../run/matrix/load-matrix.ts';
import { repeatsOf, resumeRun, startRun, type StartFlags } from '../run/start-run.ts';
import { exitCodesHelp } from './help.ts';
import { freshOption, jobsOption, nameOption } from './options.ts';
import { addStartOptions } from './start-options.ts';

interface MatrixFlags extends StartFlags {
  name?: string;
}

export function matrixCommand(): Command {
  const command = new Command('matrix')
    .summary('Run a file of scenarios and kernels.')
    .description('Run scenarios on kernels as a YAML file says: a nightly job.')
    .argument('[file]', 'the matrix; not needed with --resume')
    .addOption(jobsOption())
    .addOption(nameOption())
    .addOption(freshOption());
  return addStartOptions(command)
    .addHelpText(
      'after',
      `
Example:
  kernels:
    - "6.12"
    - {kernel: "7.2", series: my.mbox}
    - {kernel: "source:6.12", config: [kasan, lockdep], name: 6.12-debug}
  scenarios: [remove, poison, pre-remove]
  exclude:
    - {kernels: [6.12-debug], scenarios: [remove/many-mappers], because: too slow}
docs/matrix.md has every key.
${exitCodesHelp()}`,
    )
    .action(async (file: string | undefined, flags: MatrixFlags) => {
      process.exitCode = await matrix(file, flags);
    });
}

async function matrix(file: string | undefined, flags: MatrixFlags): Promise<number> {
  if (flags.resume !== undefined) {
    if (file !== undefined) throw new UsageError('--resume takes its plan from the run: name no file');
    return resumeRun(flags.resume, flags);
  }
  if (file === undefined) throw new UsageError('name the file of the matrix');
  return startRun(
    loadMatrix(file, (repeat) => repeatsOf({ ...flags, repeat })),
    flags.name ?? path.basename(file, path.extname(file)),
    flags,
  );
}
