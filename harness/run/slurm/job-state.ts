// SPDX-License-Identifier: GPL-2.0-only
// What Slurm's words for the state of a job mean for a part of a plan (squeue(1), JOB STATE CODES; JOB REASON CODES). Pure.

/** A job as squeue shows it: one task of a job array. */
export interface QueuedJob {
  /** Id of the job array. */
  job: number;
  part: number;
  /** Extended form, such as RUNNING. */
  state: string;
  reason: string;
  nodes: string;
}

export type JobPhase =
  | { phase: 'waiting'; why: string }
  | { phase: 'held'; why: string }
  | { phase: 'running'; nodes: string }
  /** retry: another try may go better. time: it was too short. */
  | { phase: 'ended'; why: string; retry: boolean; time: boolean };

const waiting = ['PENDING', 'CONFIGURING', 'REQUEUED', 'REQUEUE_FED'];
const running = ['RUNNING', 'COMPLETING', 'SUSPENDED', 'STOPPED', 'SIGNALING', 'RESIZING', 'STAGE_OUT'];
const held = ['REQUEUE_HOLD', 'SPECIAL_EXIT', 'RESV_DEL_HOLD'];

/** Slurm holds a job that it has requeued MaxBatchRequeue times: it goes nowhere without a person. */
const requeuedTooOften = 'JobHoldMaxRequeue';

export function phaseOf({ state, reason, nodes }: Pick<QueuedJob, 'state' | 'reason' | 'nodes'>): JobPhase {
  // sacct adds who canceled a job: CANCELLED by 1000.
  const [word = ''] = state.split(/[ +,]/);
  const because = reason === '' || reason === 'None' ? '' : `, ${reason}`;
  if (reason === requeuedTooOften) {
    return { phase: 'ended', why: 'Slurm has tried it as often as MaxBatchRequeue allows', retry: false, time: false };
  }
  if (held.includes(word) || (word === 'PENDING' && /^JobHeld/.test(reason)))
    return { phase: 'held', why: `${word}${because}` };
  if (waiting.includes(word)) return { phase: 'waiting', why: reason === 'None' ? '' : reason };
  if (running.includes(word)) return { phase: 'running', nodes };
  const why = `${word}${because}${nodes === '' ? '' : ` on ${nodes}`}`;
  // CANCELLED: a person wants it so. DEADLINE: a person has set one.
  return { phase: 'ended', why, retry: !['CANCELLED', 'DEADLINE', 'REVOKED'].includes(word), time: word === 'TIMEOUT' };
}

/** A job that Slurm no longer knows: its memory of ended jobs is short (MinJobAge), and there may be no accounting. */
export const forgotten: JobPhase = {
  ...{ phase: 'ended', why: 'Slurm no longer knows its job', retry: true, time: false },
};

/** The same, of a task that never started: of an array, Slurm removes a task that is canceled while it waits without a trace. */
export const canceledWaiting: JobPhase = {
  ...{ phase: 'ended', why: 'its job was canceled before it started', retry: false, time: false },
};
