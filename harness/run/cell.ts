// SPDX-License-Identifier: GPL-2.0-only
// One cell: fork a guest, take the steps, look at the kernel log after each, ask a guest that hangs why, judge.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HazmatError, InfraError, renderError } from '../host/errors.ts';
import { RequestError } from '../guest/channel.ts';
import { SetupFailed, readLog, type Checkpoint, type Checkpoints } from '../guest/checkpoints.ts';
import { DeadlineExpired, GuestDied, type Guest } from '../guest/guest.ts';
import { quoteArgv } from '../host/program.ts';
import type { CellResult, Deviation, RunEventBody } from '../results/events.ts';
import {
  judge,
  titlePattern,
  type CellEvidence,
  type GuestEnd,
  type ObservedCrash,
  type ObservedHang,
} from '../verdict/judge.ts';
import { KernelLogReader, type CrashReport } from '../verdict/kernel-log.ts';
import { kmsgLines, readConsole, showLine, type LogLine } from '../verdict/log-line.ts';
import { symbolize } from '../verdict/symbolize.ts';
import { Cell } from '../scenario/step-context.ts';
import { codeName, signalName } from '../scenario/expect-signal.ts';
import type { Accelerator } from '../machine/argv.ts';
import { askWhy } from './hang-evidence.ts';
import type { LoadedStep } from '../scenario/load.ts';
import type { CellPlan, GuestNeeds } from '../scenario/plan.ts';
import { textPatchingRace } from './tcg-race.ts';
import { tooLittleMemory } from './too-little-memory.ts';

/** What a cell is run with. */
export interface CellEnvironment {
  /** Version of the kernel: `6.12.107`. */
  kernelVersion: string;
  vmlinux: string | undefined;
  checkpoints: Checkpoints;
  /** Makes the cell's deepest checkpoint. @throws SetupFailed, InfraError */
  prepare: () => Promise<{ checkpoint: Checkpoint; needs: GuestNeeds }>;
  /** Why it cannot be run on this kernel. */
  skip: string | undefined;
  /** There is no kernel, by no fault of the lab; `prepare` says why. */
  unbuilt?: true;
  /** Absolute folder for its files. */
  folder: string;
  emit: (event: RunEventBody) => void;
  signal: AbortSignal;
}

const names = {
  log: 'dmesg.txt',
  console: 'console.log',
  command: 'qemu.txt',
  hang: 'hang.txt',
  crash: 'crash.txt',
} as const;

/** Runs a cell to its verdict. @throws only when called off, or for a defect of ours. */
export async function runCell(plan: CellPlan, environment: CellEnvironment): Promise<CellResult> {
  const started = performance.now();
  const run = new CellRun(plan, environment);
  environment.emit({ type: 'cell-started', id: plan.id });
  if (environment.skip === undefined) await run.run();
  const evidence = run.evidence();
  const judgment = judge(evidence);
  const { of, ...planned } = plan;
  const result: CellResult = {
    ...planned,
    kernelVersion: environment.kernelVersion,
    verdict: judgment.verdict,
    expected: judgment.expected,
    why: judgment.why,
    ...(environment.unbuilt === undefined ? {} : { unbuilt: environment.unbuilt }),
    deviations: judgment.deviations,
    ...(judgment.known === undefined ? {} : { known: judgment.known }),
    ...(judgment.knownButPassed === undefined ? {} : { knownButPassed: judgment.knownButPassed }),
    durationMs: Math.round(performance.now() - started),
    ...(run.forkMs === undefined ? {} : { forkMs: run.forkMs }),
  };
  for (const deviation of judgment.deviations) environment.emit({ type: 'deviation', id: plan.id, deviation });
  environment.emit({ type: 'cell-ended', result });
  return result;
}

interface Where {
  step: string;
  stepIndex: number;
}

/** How often, and how far apart in milliseconds, the end of a report is waited for. */
const hearOutLooks = 10;
const hearOutMs = 100;

class CellRun {
  readonly #plan: CellPlan;
  readonly #environment: CellEnvironment;
  readonly #reader = new KernelLogReader();
  readonly #crashes: ObservedCrash[] = [];
  readonly #deviations: Deviation[] = [];
  #hang: ObservedHang | undefined;
  #infraError: string | undefined;
  #guestEnd: GuestEnd | undefined;
  #expectationsRun = 0;
  #read = 0;
  #guest: Guest | undefined;
  #accelerator: Accelerator = 'tcg';
  #race: string | undefined;
  forkMs: number | undefined;

  constructor(plan: CellPlan, environment: CellEnvironment) {
    this.#plan = plan;
    this.#environment = environment;
  }

  evidence(): CellEvidence {
    if (this.#race !== undefined) return { ...this.#judgedBy(), deviations: [], crashes: [], infraError: this.#race };
    return {
      ...this.#judgedBy(),
      deviations: this.#deviations,
      crashes: this.#crashes,
      ...(this.#hang === undefined ? {} : { hang: this.#hang }),
      ...(this.#infraError === undefined ? {} : { infraError: this.#infraError }),
      ...(this.#guestEnd === undefined ? {} : { guestEnd: this.#guestEnd }),
      ...(this.#environment.skip === undefined ? {} : { skip: this.#environment.skip }),
    };
  }

  /** What the evidence is held against. */
  #judgedBy(): Pick<CellEvidence, 'expectationsRun' | 'known' | 'kernelVersion' | 'allow'> {
    return {
      expectationsRun: this.#expectationsRun,
      known: this.#plan.of.known,
      kernelVersion: this.#environment.kernelVersion,
      allow: this.#plan.of.spec.allow.map(({ title }) => title),
    };
  }

  async run(): Promise<void> {
    let prepared: Awaited<ReturnType<CellEnvironment['prepare']>>;
    try {
      prepared = await this.#environment.prepare();
    } catch (error) {
      this.#environment.signal.throwIfAborted();
      await this.#setupFailed(error);
      return;
    }
    const { checkpoint, needs } = prepared;
    this.#accelerator = checkpoint.plan.accelerator;
    this.#noteCrashes(laidReports(checkpoint), undefined);
    try {
      await this.#inGuest(checkpoint, needs);
    } catch (error) {
      this.#environment.signal.throwIfAborted();
      if (!(error instanceof InfraError || error instanceof GuestDied || error instanceof DeadlineExpired)) throw error;
      this.#infraError ??= `the guest could not be forked: ${renderError(error)}`;
    } finally {
      await this.#guest?.end();
      const log = [...readLog(checkpoint), ...(this.#guest?.log ?? [])];
      writeFileSync(this.#file(names.log), logText(log.flatMap(kmsgLines)));
    }
  }

  async #inGuest(checkpoint: Checkpoint, needs: GuestNeeds): Promise<void> {
    const { signal, checkpoints, kernelVersion } = this.#environment;
    const forking = performance.now();
    const guest = await checkpoints.fork(checkpoint, this.#file(names.console), signal);
    this.forkMs = Math.round((performance.now() - forking) * 10) / 10;
    this.#guest = guest;
    const calledOff = (): void => void guest.end();
    signal.addEventListener('abort', calledOff, { once: true });
    void guest.qemu.exited.then(() => signal.removeEventListener('abort', calledOff));
    writeFileSync(this.#file(names.command), `${quoteArgv(guest.qemu.argv)}\n`);
    guest.onSignal(({ process, pid, tid, signo, code, addr, lsb, page }) => {
      this.#environment.emit({
        type: 'signal',
        id: this.#plan.id,
        process,
        pid,
        tid,
        signo,
        signal: signalName(signo),
        code: codeName(signo, code),
        address: addr,
        lsb,
        ...(page === undefined ? {} : { page }),
      });
    });
    const cell = Cell.inFork(guest, checkpoint, needs, kernelVersion);
    for (const [index, step] of needs.steps.entries()) {
      signal.throwIfAborted();
      const goOn = await this.#step(cell, checkpoint, step, index);
      if (!goOn) return;
    }
    await this.#hearOut(cell, undefined);
  }

  /** Hears what the kernel still has to say, up to the end of a report that it has begun. */
  async #hearOut(cell: Cell, where: Where | undefined): Promise<void> {
    try {
      for (let look = 0; look === 0 || (this.#reader.isOpen && look < hearOutLooks); look++) {
        if (look > 0) await sleep(hearOutMs);
        cell.startStep(5000);
        await cell.ask('ping', {});
        this.#readLog(where);
      }
    } catch (error) {
      if (error instanceof GuestDied) await this.#guestDied(error, where);
      else if (error instanceof DeadlineExpired) this.#infraError = 'the agent does not answer any more';
      else throw error;
      return;
    }
    await this.#keepCrashes(this.#reader.end(), where);
  }

  /** Takes a step; returns whether the next can be taken. */
  async #step(cell: Cell, checkpoint: Checkpoint, step: LoadedStep, index: number): Promise<boolean> {
    const { emit } = this.#environment;
    const id = this.#plan.id;
    const label = step.kind.label(step.args);
    const where = { step: step.kind.key, stepIndex: index };
    const started = performance.now();
    emit({ type: 'step-started', id, index, step: step.kind.key, label });
    const ended = (
      outcome: 'ok' | 'deviates' | 'ended',
      seen: string,
      more: { wanted?: string; notes?: string[] } = {},
    ): void => {
      const durationMs = Math.round(performance.now() - started);
      emit({ type: 'step-ended', id, index, step: step.kind.key, label, outcome, seen, ...more, durationMs });
    };
    cell.startStep(step.withinMs);
    try {
      const report = await step.kind.run(step.args, cell);
      this.#readLog(where);
      if (this.#reader.isOpen) await this.#hearOut(cell, where);
      const crash = this.#crashes.find(({ report: { type, title } }) => type === 'crash' && !this.#isAllowed(title));
      const more = {
        ...(report.wanted === undefined ? {} : { wanted: report.wanted }),
        ...(report.notes === undefined ? {} : { notes: report.notes }),
      };
      if (crash !== undefined) {
        ended('ended', `the kernel crashed: ${crash.report.title}`, more);
        await this.#hearOut(cell, where);
        return false;
      }
      if (!step.kind.acts) this.#expectationsRun++;
      ended(report.ok ? 'ok' : 'deviates', report.seen, more);
      if (report.ok) return true;
      this.#deviations.push({
        kind: 'fail',
        ...where,
        title: `${step.kind.key} ${label}: ${report.seen.split('\n')[0] ?? ''}`,
        seen: report.seen,
        evidence: names.log,
        ...(report.wanted === undefined ? {} : { wanted: report.wanted }),
      });
      // An act that did not succeed leaves nothing to expect from.
      if (step.kind.acts) await this.#hearOut(cell, where);
      return !step.kind.acts;
    } catch (error) {
      this.#environment.signal.throwIfAborted();
      if (error instanceof DeadlineExpired) {
        ended('ended', `it did not end within ${(error.milliseconds / 1000).toFixed(1)} s`);
        await this.#stuck(cell.guest, error, `${step.kind.key} ${label}`, checkpoint, where);
      } else if (error instanceof GuestDied) {
        ended('ended', error.message);
        await this.#guestDied(error, where);
      } else if (error instanceof InfraError) {
        this.#readLog(where);
        ended('ended', renderError(error));
        this.#infraError = `${step.kind.key}: ${renderError(error)}`;
        // A process that ended under a request ended by the kernel's hand if its log says so.
        if (error instanceof RequestError) await this.#hearOut(cell, where);
      } else {
        throw error;
      }
      return false;
    }
  }

  async #stuck(
    guest: Guest,
    error: DeadlineExpired,
    what: string,
    checkpoint: Checkpoint,
    where: Where | undefined,
  ): Promise<void> {
    this.#readLog(where);
    const sibling = (): Promise<Guest> => this.#environment.checkpoints.fork(checkpoint, '/dev/null');
    const { report, text } = await askWhy(guest, what, error.pids, checkpoint.slowdown, sibling);
    writeFileSync(this.#file(names.hang), text);
    this.#hang = { report, evidence: names.hang, ...where };
  }

  async #guestDied(error: GuestDied, where: Where | undefined): Promise<void> {
    this.#readLog(where);
    await this.#keepCrashes(this.#reader.end(), where);
    // What the kernel said last went to its console only.
    const file = this.#file(names.console);
    if (this.#crashes.length === 0 && existsSync(file)) {
      await this.#keepCrashes(readAll(readConsole(readFileSync(file, 'utf8'))), where);
    }
    this.#guestEnd = endOf(error);
  }

  /** Feeds what the kernel has logged since the last look. */
  #readLog(where: Where | undefined): void {
    const log = this.#guest?.log ?? [];
    for (; this.#read < log.length; this.#read++) {
      if (this.#guest?.reboots.includes(this.#read) === true) this.#reader.expectReboot();
      const record = log[this.#read];
      for (const line of record === undefined ? [] : kmsgLines(record))
        this.#noteCrashes(this.#reader.feed(line), where);
    }
  }

  #noteCrashes(reports: readonly CrashReport[], where: Where | undefined): void {
    for (const report of reports) {
      const race = textPatchingRace(report, this.#accelerator);
      if (race === undefined) this.#crashes.push({ report, evidence: names.crash, ...where });
      else this.#race ??= race;
    }
  }

  async #keepCrashes(reports: readonly CrashReport[], where: Where | undefined): Promise<void> {
    this.#noteCrashes(reports, where);
    if (this.#crashes.length === 0) return;
    const texts: string[] = [];
    for (const { report } of this.#crashes) {
      const { lines } = await symbolize(report.lines, this.#environment.vmlinux);
      texts.push(`${report.title}\n${report.fingerprint}\n\n${lines.join('\n')}\n`);
    }
    writeFileSync(this.#file(names.crash), texts.join('\n'));
  }

  async #setupFailed(error: unknown): Promise<void> {
    if (!(error instanceof SetupFailed)) {
      if (!(error instanceof HazmatError)) throw error;
      this.#infraError = renderError(error);
      return;
    }
    writeFileSync(this.#file(names.console), error.consoleText);
    const lines = error.log.flatMap(kmsgLines);
    writeFileSync(this.#file(names.log), logText(lines));
    const consoleReports = readAll(readConsole(error.consoleText));
    const reports = lines.length > 0 ? readAll(lines) : consoleReports;
    const { cause, title } = error;
    // What runs out of memory later may have leaked it.
    const starved = title === 'boot' ? tooLittleMemory([...reports, ...consoleReports]) : undefined;
    if (starved !== undefined) {
      this.#infraError = `${title}: ${starved}`;
      return;
    }
    await this.#keepCrashes(reports.length > 0 ? reports : consoleReports, undefined);
    if (cause instanceof GuestDied) {
      this.#guestEnd = endOf(cause);
      // Where the agent cannot serve it says why on the console and switches the guest off.
      const said = /^.*(hazmat-agent: .*)$/m.exec(error.consoleText)?.[1]?.trim();
      if (this.#guestEnd === 'gone') this.#infraError = `${title}: ${said ?? cause.message}`;
    } else if (cause instanceof DeadlineExpired && /Linux version/.test(error.consoleText)) {
      this.#hang = {
        report: {
          title: `hang in ${title}: nothing more came from the guest`,
          function: undefined,
          fingerprint: `hang:-:${title}`,
        },
        evidence: names.console,
      };
    } else if (cause instanceof DeadlineExpired) {
      this.#infraError = `${title}: the kernel never printed a line: is its image one that can be booted?`;
    } else {
      this.#infraError = `${title}: ${renderError(cause)}`;
    }
  }

  #isAllowed(title: string): boolean {
    return this.#plan.of.spec.allow.some((entry) => titlePattern(entry.title).test(title));
  }

  #file(name: string): string {
    return path.join(this.#environment.folder, name);
  }
}

/** What the kernel reported while the stack was laid and the processes mapped: it belongs to the scenario, not to the boot. */
function laidReports(checkpoint: Checkpoint): CrashReport[] {
  return readAll(readLog(checkpoint).slice(checkpoint.bootRecords).flatMap(kmsgLines));
}

function readAll(lines: readonly LogLine[]): CrashReport[] {
  const reader = new KernelLogReader();
  for (const line of lines) reader.feed(line);
  reader.end();
  return [...reader.reports];
}

function endOf({ exit }: GuestDied): GuestEnd {
  if (exit.reason === 'guest-panic') return 'panicked';
  return exit.reason === 'guest-reset' ? 'reset' : 'gone';
}

function logText(lines: readonly LogLine[]): string {
  return lines.map((line) => `${showLine(line)}\n`).join('');
}
