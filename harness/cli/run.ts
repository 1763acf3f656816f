// SPDX-License-Identifier: GPL-2.0-only
// hazmat run: scenarios on kernels.

import { Command, Option } from 'commander';
import { ExitCode, UsageError } from '../host/errors.ts';
import { defaultKernel } from '../kernel/default-kernel.ts';
import { renderPlan } from '../run/render-plan.ts';
import { onlyTouching } from '../run/touching/touching.ts';
import { repeatsOf, resumeRun, startRun, type StartFlags } from '../run/start-run.ts';
import { plainVariant } from '../run/variants.ts';
import { checkConfigFlags, plan, runName, type RunSettings } from '../run/whole-run.ts';
import { configHelp, exitCodesHelp, kernelHelp } from './help.ts';
import {
  appendOption,
  assumeOption,
  collectKernels,
  configFromOption,
  configOption,
  coverageOption,
  freshOption,
  jobsOption,
  nameOption,
  qemuOption,
  repeatOption,
  suiteOption,
} from './options.ts';
import { addStartOptions } from './start-options.ts';

interface RunFlags extends RunSettings, StartFlags {
  touching?: string;
  kernel?: string[];
  dryRun?: boolean;
}

export function runCommand(): Command {
  const command = new Command('run')
    .description('Run scenarios on kernels and judge what happens.')
    .argument('[scenario...]', 'names, folders, tags or files (default: all)')
    .addOption(
      new Option('-k, --kernel <kernel>', `kernels, separated by commas (default: ${defaultKernel})`).argParser(
        collectKernels,
      ),
    )
    .addOption(configOption())
    .addOption(configFromOption())
    .addOption(repeatOption())
    .addOption(jobsOption())
    .addOption(nameOption())
    .addOption(freshOption())
    .addOption(appendOption())
    .addOption(qemuOption())
    .addOption(assumeOption())
    .addOption(coverageOption())
    .addOption(suiteOption())
    .option('--touching <series>', 'only scenarios that execute what a series changes')
    .option('--dry-run', 'print the plan and the QEMU commands; run nothing');
  return addStartOptions(command)
    .addHelpText('after', `${kernelHelp}${configHelp}\n${exitCodesHelp()}`)
    .action(async (words: string[], flags: RunFlags) => {
      process.exitCode = await run(words, flags);
    });
}

async function run(words: string[], flags: RunFlags): Promise<number> {
  if (flags.resume !== undefined) {
    if (words.length > 0) throw new UsageError('--resume takes its plan from the run: name no scenario');
    return resumeRun(flags.resume, flags);
  }
  const kernels = [...new Set(flags.kernel ?? [defaultKernel])];
  const cells = plan(words, kernels, { ...flags, repeat: repeatsOf(flags) });
  checkConfigFlags(flags);
  const variants = kernels.map((kernel) => plainVariant(kernel, flags));
  const all = { variants, cells, dropped: [] };
  const chosen = flags.touching === undefined ? all : await onlyTouching(all, flags.touching);
  if (flags.touching !== undefined && chosen.cells.length === 0) {
    process.stderr.write('hazmat: nothing to run: no scenario executes what the series changes\n');
    return ExitCode.ok;
  }
  if (flags.dryRun === true) {
    process.stdout.write(renderPlan(chosen.cells));
    return ExitCode.ok;
  }
  return startRun(chosen, flags.name ?? runName(words, kernels), flags);
}
