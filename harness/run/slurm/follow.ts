// SPDX-License-Identifier: GPL-2.0-only
// Follows the jobs of a submission to their end. Slurm itself starts a task again when its node was lost; what Slurm gives up is
// submitted again here. The jobs do not need anybody to follow them.

import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { renderError, UsageError } from '../../host/errors.ts';
import { describeHolder, tryLock } from '../../host/lock.ts';
import { quoteArgv } from '../../host/program.ts';
import { terminalReporter } from '../../report/terminal.ts';
import { interruptedExitCode, interruptSignal } from '../interrupt.ts';
import { accounted, cancel, queued, sbatchArgv, submit } from './client.ts';
import { finishSubmission } from './finish.ts';
import { canceledWaiting, forgotten, phaseOf, type JobPhase, type QueuedJob } from './job-state.ts';
import { PartsProgress } from './parts-progress.ts';
import { partFolder, readSubmission, writeSubmission, type Submission } from './submission.ts';
import { isComplete, newestRun, triesOf, type Try } from './tries.ts';

/** Milliseconds between two looks at the parts' files, and between two questions to Slurm, which squeue(1) asks to be few. */
const lookEvery = 1000;
const askEvery = 10_000;

/** Milliseconds until the files of a job that has ended must be seen here: a network filesystem takes its time. */
const filesWithin = 60_000;

/** A part is submitted again so many times by one who follows. */
const mostRetries = 2;

interface Part {
  number: number;
  state: 'open' | 'done' | 'lost';
  /** What was last said of it. */
  said: string;
  /** When its job was first seen to have ended, milliseconds since the epoch. */
  endedAt: number | undefined;
  retries: number;
  minutes: number;
}

/**
 * Submits what of a submission is not done and has no job, and follows all of it to the end. Returns the exit code of the merged run;
 * that of an interrupted program when the person stops following.
 * @throws UsageError when another process follows it; InfraError
 */
export async function followSubmission(folder: string, out: NodeJS.WriteStream): Promise<number> {
  const lockFile = path.join(folder, '.lock');
  const lock = tryLock(lockFile);
  if (lock === undefined) throw new UsageError(`${folder} is followed by another process: ${describeHolder(lockFile)}`);
  const progress = new PartsProgress(folder, readSubmission(folder), terminalReporter(out));
  const { signal, done } = interruptSignal(() => progress.say('warning', 'stopped following; the jobs go on'));
  let merged: string | undefined;
  try {
    const lost = await new Follower(folder, progress, signal).follow();
    const finished = await finishSubmission(folder, readSubmission(folder), lost);
    merged = finished.folder;
    return finished.record.exitCode;
  } catch (error) {
    if (!signal.aborted) throw error;
    const { jobName } = readSubmission(folder);
    progress.say('info', `npx hazmat matrix --resume ${quoteArgv([folder])} follows them again`);
    progress.say('info', `scancel --name=${jobName} ends them`);
    return interruptedExitCode;
  } finally {
    done();
    lock.release();
    await progress.close(merged);
  }
}

class Follower {
  readonly #folder: string;
  readonly #progress: PartsProgress;
  readonly #signal: AbortSignal;
  readonly #parts: Part[];
  readonly #lost = new Map<number, string>();
  #submission: Submission;
  /** Undefined as long as Slurm does not answer. */
  #jobs: QueuedJob[] | undefined;

  constructor(folder: string, progress: PartsProgress, signal: AbortSignal) {
    this.#folder = folder;
    this.#progress = progress;
    this.#signal = signal;
    this.#submission = readSubmission(folder);
    this.#parts = Array.from({ length: this.#submission.parts }, (_, index) => ({
      ...{ number: index + 1, state: 'open', said: '', endedAt: undefined, retries: 0 },
      minutes: this.#submission.minutes,
    }));
  }

  /** Why parts were lost for good, by their number. */
  async follow(): Promise<Map<number, string>> {
    await this.#ask();
    await this.#submitMissing();
    for (let asked = Date.now(); ;) {
      this.#progress.look();
      if (Date.now() - asked >= askEvery) {
        await this.#ask();
        asked = Date.now();
        if (this.#jobs !== undefined) await this.#settle(this.#jobs);
      }
      for (const part of this.#open()) if (this.#isDone(part)) part.state = 'done';
      if (this.#open().length === 0) return this.#lost;
      await sleep(lookEvery, undefined, { signal: this.#signal });
    }
  }

  #open(): Part[] {
    return this.#parts.filter(({ state }) => state === 'open');
  }

  #isDone({ number }: Part): boolean {
    const newest = newestRun(partFolder(this.#folder, number));
    return newest?.end !== undefined && isComplete(newest);
  }

  async #ask(): Promise<void> {
    const wasThere = this.#jobs !== undefined;
    try {
      this.#jobs = await queued(this.#submission.jobName);
    } catch (error) {
      this.#signal.throwIfAborted();
      if (wasThere) this.#progress.say('warning', `Slurm does not answer, asking it again: ${renderError(error)}`);
      this.#jobs = undefined;
    }
  }

  /** Parts that are not done and that Slurm does not have: all of them at first; later those that were given up. */
  async #submitMissing(): Promise<void> {
    for (const part of this.#open()) if (this.#isDone(part)) part.state = 'done';
    // Submitting what Slurm may still have would run it twice.
    while (this.#jobs === undefined) {
      await sleep(askEvery, undefined, { signal: this.#signal });
      await this.#ask();
    }
    const active = this.#jobs.filter((job) => phaseOf(job).phase !== 'ended').map(({ part }) => part);
    await this.#submit(this.#open().filter(({ number }) => !active.includes(number)));
  }

  async #submit(parts: readonly Part[]): Promise<void> {
    if (parts.length === 0) return;
    const numbers = parts.map(({ number }) => number);
    const minutes = Math.max(...parts.map((part) => part.minutes));
    const argv = sbatchArgv(this.#folder, this.#submission, numbers, minutes);
    const job = await submit(argv, this.#submission.cwd);
    const batch = { job, parts: numbers, minutes, submitted: new Date().toISOString() };
    this.#submission = { ...this.#submission, batches: [...this.#submission.batches, batch] };
    writeSubmission(this.#folder, this.#submission);
    for (const part of parts) part.endedAt = undefined;
    const what = numbers.length === 1 ? `part ${numbers.join()}` : `parts ${numbers.join(', ')}`;
    this.#progress.say('info', `${what} of ${this.#parts.length}: job array ${job} of Slurm, ${minutes} min each`);
  }

  /** Says what became of the jobs, and submits again what is worth it. */
  async #settle(jobs: readonly QueuedJob[]): Promise<void> {
    const again: Part[] = [];
    for (const part of this.#open()) {
      if (this.#isDone(part)) continue;
      const phase = await this.#phaseOf(part, jobs);
      if (phase.phase !== 'ended') {
        part.endedAt = undefined;
        this.#say(part, phase);
      } else if (phase === canceledWaiting || this.#isMissed(part)) {
        if (this.#isWorthAnotherTry(part, phase)) again.push(part);
      }
    }
    await this.#submit(again);
  }

  /** Slurm's id of the job array that a part was last submitted in. */
  #newestJob({ number }: Part): string {
    return this.#submission.batches.findLast(({ parts }) => parts.includes(number))?.job ?? '0';
  }

  /** The last try of a part, if its newest job has made one. */
  #lastTry(part: Part): Try | undefined {
    const last = triesOf(partFolder(this.#folder, part.number)).at(-1);
    return last?.facts?.job === this.#newestJob(part) ? last : undefined;
  }

  async #phaseOf(part: Part, jobs: readonly QueuedJob[]): Promise<JobPhase> {
    const { number } = part;
    const newest = this.#newestJob(part);
    const known = jobs.filter((one) => one.part === number && one.job >= Number(newest));
    const found = known.sort((a, b) => a.job - b.job).at(-1) ?? (await accounted(newest, number));
    if (found !== undefined) return phaseOf(found);
    return this.#lastTry(part) === undefined ? canceledWaiting : forgotten;
  }

  /** Whether its files have had their time. */
  #isMissed(part: Part): boolean {
    part.endedAt ??= Date.now();
    return this.#lastTry(part)?.end !== undefined || Date.now() - part.endedAt >= filesWithin;
  }

  /** Else it is lost for good. A part that ended by itself, with an error that it reported, would do so again. */
  #isWorthAnotherTry(part: Part, { why, retry, time }: Extract<JobPhase, { phase: 'ended' }>): boolean {
    const end = this.#lastTry(part)?.end;
    const failed = end !== undefined && end.exitCode !== interruptedExitCode;
    const reason = failed ? `exit code ${end.exitCode}${end.error === undefined ? '' : `: ${end.error}`}` : why;
    if (retry && !failed && part.retries < mostRetries) {
      part.retries++;
      if (time) part.minutes *= 2;
      this.#progress.say('warning', `part ${part.number} was lost: ${reason}; it is submitted again`);
      return true;
    }
    part.state = 'lost';
    const text = `part ${part.number} was lost: ${reason}; its cells without a verdict are not run`;
    this.#lost.set(part.number, text);
    this.#progress.say('error', text);
    // Slurm may still hold it.
    if (!failed) void cancel(this.#newestJob(part), part.number);
    return false;
  }

  #say(part: Part, phase: Exclude<JobPhase, { phase: 'ended' }>): void {
    const tries = triesOf(partFolder(this.#folder, part.number)).length;
    const said = phaseWords(phase, tries);
    if (said === undefined || said.text === part.said) return;
    part.said = said.text;
    this.#progress.say(said.level, `part ${part.number} ${said.text}`);
  }
}

/** What is said of a part whose job has not ended, after some tries; undefined: nothing. */
function phaseWords(
  phase: Exclude<JobPhase, { phase: 'ended' }>,
  tries: number,
): { level: 'info' | 'warning'; text: string } | undefined {
  if (phase.phase === 'running') return { level: 'info', text: `runs on ${phase.nodes}` };
  if (phase.phase === 'held')
    return { level: 'warning', text: `is held by Slurm: ${phase.why}; scontrol release lets it go on` };
  if (tries > 0) return { level: 'warning', text: 'was lost with its node: Slurm starts it again' };
  return phase.why === '' ? undefined : { level: 'info', text: `waits: ${phase.why}` };
}
