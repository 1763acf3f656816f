// SPDX-License-Identifier: GPL-2.0-only
// Slurm's own programs: sbatch, squeue, sacct, sinfo, scancel.

import path from 'node:path';
import { InfraError } from '../../host/errors.ts';
import { findProgram } from '../../host/needs.ts';
import { projectRoot } from '../../host/places.ts';
import { runProgram, type ProgramResult } from '../../host/program.ts';
import type { QueuedJob } from './job-state.ts';
import type { Submission } from './submission.ts';

/** Milliseconds that a program of Slurm may take. slurmctld that is away answers after some 10 s. */
const patience = 120_000;

/** @throws InfraError */
export function requireSlurm(): void {
  if (findProgram('sbatch') !== undefined) return;
  throw new InfraError('the program sbatch is not installed', { hint: 'It is in the Debian package slurm-client.' });
}

async function slurm(argv: readonly string[], cwd?: string): Promise<ProgramResult> {
  return runProgram(argv, { timeout: patience, cwd, env: { SLURM_BITSTR_LEN: '0', SLURM_TIME_FORMAT: 'standard' } });
}

/** What is run for parts of a submission: one task of a job array for each. */
export function sbatchArgv(
  folder: string,
  submission: Submission,
  parts: readonly number[],
  minutes: number,
): string[] {
  const { jobName, cpus, mebibytes, partition, sbatch, cwd } = submission;
  return [
    ...['sbatch', '--parsable', `--job-name=${jobName}`, `--array=${parts.join(',')}`],
    // When a node is lost Slurm starts its tasks again on another one, whether or not somebody follows.
    ...['--requeue', '--open-mode=append', `--output=${path.join(folder, 'logs').replaceAll('%', '%%')}/%A_%a.txt`],
    ...['--export=ALL', `--chdir=${cwd}`, '--nodes=1', '--ntasks=1', `--cpus-per-task=${cpus}`],
    ...[`--mem=${mebibytes}M`, `--time=${minutes}`],
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...sbatch,
    // The script executes its arguments.
    path.join(projectRoot, 'harness/run/slurm/batch.sh'),
    ...[process.execPath, path.join(projectRoot, 'bin/hazmat.mjs'), 'matrix', '--part', folder],
  ];
}

/** Submits a job array and returns its id. @throws InfraError with what Slurm says against it */
export async function submit(argv: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await slurm(argv, cwd);
  // ID, or ID;CLUSTER
  const job = /^(\d+)(?:;.*)?$/m.exec(stdout)?.[1];
  if (job === undefined) throw new InfraError(`sbatch did not print the id of the job: ${stdout.trim()}`);
  return job;
}

/** The tasks of all job arrays of this name that Slurm still knows. @throws InfraError when Slurm does not answer */
export async function queued(jobName: string): Promise<QueuedJob[]> {
  const { stdout } = await slurm([
    ...['squeue', '--noheader', '--array', '--all', '--states=all', `--name=${jobName}`],
    '--format=%F|%K|%T|%r|%N',
  ]);
  return rowsOf(stdout).flatMap(([job = '', part = '', state = '', reason = '', nodes = '']) =>
    /^\d+$/.test(part) ? [{ job: Number(job), part: Number(part), state, reason, nodes }] : [],
  );
}

/** What accounting says of a job that has ended; undefined when it knows nothing, or there is none. */
export async function accounted(job: string, part: number): Promise<QueuedJob | undefined> {
  try {
    const { stdout } = await slurm([
      ...['sacct', '--noheader', '--parsable2', '--allocations', `--jobs=${job}_${part}`],
      '--format=State,NodeList',
    ]);
    const [state, nodes = ''] = rowsOf(stdout).at(-1) ?? [];
    return state === undefined ? undefined : { job: Number(job), part, state, reason: '', nodes };
  } catch {
    return undefined; // accounting storage is disabled
  }
}

/** How many nodes a partition has, or the default partition. @throws InfraError */
export async function nodeCount(partition: string | undefined): Promise<number> {
  // A star marks the default partition.
  const { stdout } = await slurm(['sinfo', '--noheader', '--Node', '--format=%N|%P']);
  const rows = rowsOf(stdout).filter(([, name = '']) =>
    partition === undefined ? name.endsWith('*') : partition.split(',').includes(name.replace(/\*$/, '')),
  );
  const count = new Set(rows.map(([node]) => node)).size;
  if (count > 0) return count;
  throw new InfraError(
    partition === undefined ? 'Slurm has no default partition' : `Slurm has no partition ${partition}`,
    {
      hint: 'sinfo lists them; set --slurm partition=NAME.',
    },
  );
}

/** Cancels one task. What has ended meanwhile is no error. */
export async function cancel(job: string, part: number): Promise<void> {
  await slurm(['scancel', `${job}_${part}`]).catch(() => undefined);
}

function rowsOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split('|').map((field) => field.trim()));
}
