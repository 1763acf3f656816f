// SPDX-License-Identifier: GPL-2.0-only
// hazmat run: scenarios on kernels.

import { Command, Option } from 'commander';
import { ExitCode } from '../host/errors.ts';
import { defaultKernel } from '../kernel/default-kernel.ts';
import { renderPlan } from '../run/render-plan.ts';
import { defaultJobs } from '../run/scheduler.ts';
import { checkConfigFlags, plan, runName, runPlanned, type RunSettings } from '../run/whole-run.ts';
import { collectKernels, configFromOption, configOption, positiveInteger } from './options.ts';

interface RunFlags extends RunSettings {
  kernel?: string[];
  dryRun?: boolean;
}

export function runCommand(): Command {
  return new Command('run')
    .description('Run scenarios on kernels and judge what happens.')
    .argument('[scenario...]', 'names, folders, words that scenarios cover, or files; all if none is said')
    .addOption(
      new Option(
        '-k, --kernel <kernel>',
        `debian:VERSION (or just VERSION), source:VERSION, git:PATH@REF, tree:PATH, tarball:FILE, each with +SERIES; image:BZIMAGE[,MODULES_DIR]; several with commas (default: ${defaultKernel})`,
      ).argParser(collectKernels),
    )
    .addOption(configOption())
    .addOption(configFromOption())
    .option('-r, --repeat <n>', 'run each cell so many times', positiveInteger, 1)
    .option('-j, --jobs <n>', 'guests at a time', positiveInteger, defaultJobs())
    .option('--name <name>', 'name of the run in results/')
    .option('--fresh', 'boot and lay everything anew for each cell; for measuring')
    .option('--append <words>', 'further words for the kernel command line')
    .option('--dry-run', 'print what would be done, with QEMU commands that can be pasted')
    .action(async (words: string[], flags: RunFlags) => {
      process.exitCode = await run(words, flags);
    });
}

async function run(words: string[], flags: RunFlags): Promise<number> {
  const kernels = [...new Set(flags.kernel ?? [defaultKernel])];
  const cells = plan(words, kernels, flags);
  checkConfigFlags(flags);
  if (flags.dryRun === true) {
    process.stdout.write(renderPlan(cells));
    return ExitCode.ok;
  }
  return (await runPlanned(cells, kernels, { ...flags, name: flags.name ?? runName(words, kernels) }, process.stdout))
    .exitCode;
}
