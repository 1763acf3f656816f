// SPDX-License-Identifier: GPL-2.0-only
// Hands a plan to Slurm: splits it, writes down what each part is to do, and follows the jobs.

import { resultsRoot } from '../../host/places.ts';
import { quoteArgv } from '../../host/program.ts';
import { catalogLines, loadCatalog } from '../../kernel/catalog.ts';
import { planList } from '../../report/plan-list.ts';
import { shardOf } from '../matrix/shard.ts';
import { choose, settlingIn, type StartFlags } from '../start-run.ts';
import type { RunPlan } from '../run-plan.ts';
import { nodeCount, requireSlurm, sbatchArgv } from './client.ts';
import { followSubmission } from './follow.ts';
import { resourcesFor } from './resources.ts';
import { defaultPartJobs, type SlurmSettings } from './settings.ts';
import { createSubmission, type Submission } from './submission.ts';

/** Runs it, or with --list prints the parts. Returns the exit code. @throws UsageError, InfraError */
export async function startOnSlurm(
  plan: RunPlan,
  name: string,
  flags: StartFlags,
  settings: SlurmSettings,
): Promise<number> {
  requireSlurm();
  const chosen = choose(plan, flags);
  const wanted = settings.parts ?? (await nodeCount(settings.partition));
  const count = Math.min(wanted, chosen.cells.length);
  const parts = Array.from({ length: count }, (_, index) => shardOf(chosen, index + 1, count));
  const resources = resourcesFor(parts, catalogLines(loadCatalog()), settings);
  const submission: Submission = {
    ...{ version: 1, name, jobName: `hazmat-${name}`, parts: count, ...resources, batches: [] },
    command: quoteArgv(['npx', 'hazmat', ...process.argv.slice(2)]),
    jobs: settings.jobs ?? defaultPartJobs,
    ...(settings.partition === undefined ? {} : { partition: settings.partition }),
    ...(settings.cache === undefined ? {} : { cache: settings.cache }),
    sbatch: settings.sbatch ?? [],
    cwd: process.cwd(),
    results: resultsRoot(),
    settling: settlingIn(flags),
  };
  const root = settings.folder ?? resultsRoot();
  if (flags.list === true) {
    process.stdout.write(listOf(parts, submission, root));
    return 0;
  }
  const folder = createSubmission(root, submission, parts);
  return followSubmission(folder, process.stdout);
}

function listOf(parts: readonly RunPlan[], submission: Submission, root: string): string {
  const lists = parts.map(({ cells }, index) => `part ${index + 1} of ${parts.length}: ${planList(cells, [])}`);
  const [first] = parts;
  const dropped = first === undefined || first.dropped.length === 0 ? [] : [planList([], first.dropped)];
  const numbers = parts.map((_part, index) => index + 1);
  const argv = sbatchArgv(`${root}/FOLDER`, submission, numbers, submission.minutes);
  return [...lists, ...dropped, `${quoteArgv(argv)}\n`].join('\n');
}
