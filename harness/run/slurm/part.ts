// SPDX-License-Identifier: GPL-2.0-only
// What a job of Slurm runs: one part of a plan, as a run of its own; after a lost node, what is left of it.

import path from 'node:path';
import { ExitCode, HazmatError, renderError, UsageError } from '../../host/errors.ts';
import { notice } from '../../host/notices.ts';
import { interruptedExitCode } from '../interrupt.ts';
import { openCells, readResumable, replanned, type ResumedRun } from '../resume.ts';
import { settlingOf } from '../start-run.ts';
import { runPlan } from '../whole-run.ts';
import { partFolder, partOf, readPlan, readSubmission, type Submission } from './submission.ts';
import { carryOver, endTry, newestRun, nextTry, type Try, type TryFacts } from './tries.ts';
import { readEvents } from '../../results/events-file.ts';
import { RunRecorder } from '../../results/run-record.ts';

/**
 * Runs the part that Slurm's environment names, of the submission in this folder. Returns the exit code.
 * @throws UsageError, InfraError
 */
export async function runPart(folder: string, env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const submission = readSubmission(folder);
  const part = partOf(env.SLURM_ARRAY_TASK_ID, submission);
  const facts = tryFacts(env);
  const place = partFolder(folder, part);
  const before = newestRun(place);
  const current = nextTry(place, facts);
  // All that hazmat keeps of this run is here, whatever the job inherited: places.ts reads it from the environment.
  env.HAZMAT_RESULTS = current.folder;
  if (submission.cache !== undefined) env.HAZMAT_CACHE = submission.cache.replaceAll('%N', facts.node);
  try {
    const exitCode = await runTry({ folder, submission, part, before, current });
    endTry(current.folder, { exitCode });
    return exitCode;
  } catch (error) {
    const exitCode = error instanceof HazmatError ? error.exitCode : ExitCode.infrastructure;
    endTry(current.folder, { exitCode, error: renderError(error) });
    throw error;
  }
}

interface Asked {
  folder: string;
  submission: Submission;
  part: number;
  /** The last try that has a run, and did not come to its end. */
  before: Try | undefined;
  current: Try;
}

async function runTry({ folder, submission, part, before, current }: Asked): Promise<number> {
  const { name, parts, jobs, settling, results } = submission;
  const plan = readPlan(folder, part);
  const how = { jobs, name: `${name}-${part}-of-${parts}`, ...settlingOf(settling, results) };
  const warnings = before === undefined ? [] : [lostNote(part, before, current)];
  const resumed = before?.run === undefined ? undefined : await resumedIn(before.run, current);
  if (resumed !== undefined) return codeOf(await runPlan(resumed.plan, { ...how, warnings }, process.stdout, resumed));
  const whole = { ...plan, cells: replanned(plan.cells) };
  return codeOf(await runPlan(whole, { ...how, warnings }, process.stdout));
}

function codeOf({ exitCode }: { exitCode: number }): number {
  return exitCode;
}

/** What is left of a lost try; undefined when this node is another machine than that one in what decides a verdict: then all is run here. */
async function resumedIn(run: string, { folder }: Try): Promise<ResumedRun | undefined> {
  const copy = carryOver(run, folder);
  try {
    return await readResumable(copy, folder, { evenIfDone: true });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    notice('warning', `all cells of this part are run again: ${renderError(error)}`);
    return undefined;
  }
}

function lostNote(part: number, before: Try, { facts }: Try): string {
  const recorder = new RunRecorder();
  for (const event of readEvents(path.join(before.run ?? '', 'events.jsonl'))) recorder.add(event);
  const record = recorder.record();
  const [done, open] = [record?.cells.length ?? 0, record === undefined ? 0 : openCells(record).length];
  const ended = before.end?.exitCode === interruptedExitCode ? 'was stopped' : 'ended without a word';
  return (
    `part ${part} goes on on ${facts?.node ?? 'another node'} (try ${before.number + 1}): ` +
    `try ${before.number} on ${before.facts?.node ?? 'a node'} ${ended} with ${done} of ${done + open} cells`
  );
}

function tryFacts(env: NodeJS.ProcessEnv): TryFacts {
  return {
    job: env.SLURM_ARRAY_JOB_ID ?? env.SLURM_JOB_ID ?? '',
    restarts: Number(env.SLURM_RESTART_COUNT ?? 0),
    node: env.SLURMD_NODENAME ?? env.HOSTNAME ?? '',
    started: new Date().toISOString(),
  };
}
