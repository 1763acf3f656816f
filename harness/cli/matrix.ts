// SPDX-License-Identifier: GPL-2.0-only
// hazmat matrix: scenarios on kernels as a file says.

import path from 'node:path';
import { Command, Option } from 'commander';
import { UsageError } from '../host/errors.ts';
import { resultsRoot } from '../host/places.ts';
import { loadMatrix } from '../run/matrix/load-matrix.ts';
import { followSubmission } from '../run/slurm/follow.ts';
import { runPart } from '../run/slurm/part.ts';
import { withWords } from '../run/slurm/settings.ts';
import { startOnSlurm } from '../run/slurm/start.ts';
import { findSubmission, readSubmission } from '../run/slurm/submission.ts';
import { repeatsOf, resumeRun, startRun, type StartFlags } from '../run/start-run.ts';
import { exitCodesHelp } from './help.ts';
import { coverageOption, freshOption, jobsOption, nameOption } from './options.ts';
import { addStartOptions } from './start-options.ts';

interface MatrixFlags extends StartFlags {
  name?: string;
  executor?: 'slurm';
  slurm?: string[];
  part?: string;
}

export function matrixCommand(): Command {
  const command = new Command('matrix')
    .summary('Run a file of scenarios and kernels.')
    .description('Run scenarios on kernels as a YAML file says: a nightly job.')
    .argument('[file]', 'the matrix; not needed with --resume')
    .addOption(jobsOption())
    .addOption(nameOption())
    .addOption(freshOption())
    .addOption(coverageOption())
    // What the jobs of --executor slurm run.
    .addOption(new Option('--part <folder>').hideHelp());
  return addStartOptions(command)
    .optionsGroup('Who runs it:')
    .addOption(
      new Option('--executor <name>', 'slurm: parts of it as jobs of Slurm').choices(['slurm']).conflicts('shard'),
    )
    .addOption(
      new Option('--slurm <key=value>', 'partition=NAME and others; may be repeated').argParser(
        (text: string, before?: string[]) => [...(before ?? []), text],
      ),
    )
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
    - {kernels: [6.12-debug], scenarios: [remove/huge-pages], because: slow}
docs/matrix.md has every key, and those of --slurm.
${exitCodesHelp()}`,
    )
    .action(async (file: string | undefined, flags: MatrixFlags, asked: Command) => {
      // The default is that of this machine, which need not be like the nodes.
      const slurmJobs = asked.getOptionValueSource('jobs') === 'cli' ? { jobs: flags.jobs } : {};
      process.exitCode = await matrix(file, flags, slurmJobs);
    });
}

async function matrix(file: string | undefined, flags: MatrixFlags, slurmJobs: { jobs?: number }): Promise<number> {
  if (flags.part !== undefined) return runPart(flags.part);
  if (flags.resume !== undefined) {
    if (file !== undefined) throw new UsageError('--resume takes its plan from the run: name no file');
    const submission = findSubmission(flags.resume, resultsRoot());
    if (submission === undefined) return resumeRun(flags.resume, flags);
    const { merged } = readSubmission(submission);
    return merged === undefined ? followSubmission(submission, process.stdout) : resumeRun(merged, flags);
  }
  if (file === undefined) throw new UsageError('name the file of the matrix');
  const { slurm, ...plan } = loadMatrix(file, (repeat) => repeatsOf({ ...flags, repeat }));
  const name = flags.name ?? path.basename(file, path.extname(file));
  if (flags.executor === undefined && flags.slurm !== undefined) throw new UsageError('--slurm needs --executor slurm');
  if (flags.executor === undefined) return startRun(plan, name, flags);
  return startOnSlurm(plan, name, flags, withWords({ ...slurm, ...slurmJobs }, flags.slurm ?? []));
}
