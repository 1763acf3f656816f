// SPDX-License-Identifier: GPL-2.0-only
// One cell: fork a guest, run the steps, read the kernel log after each, ask a guest that hangs why, judge. What was seen goes to
// run/evidence.ts as events; files go to the cell's folder.

import { setTimeout as sleep } from 'node:timers/promises';
import { HazmatError, renderError, UsageError } from '../host/errors.ts';
import { quoteArgv } from '../host/program.ts';
import { readEnds } from '../host/read-ends.ts';
import { RequestError } from '../guest/channel.ts';
import { DeadlineExpired, GuestDied, type SetupFailed } from '../guest/guest-errors.ts';
import { Livelock } from '../guest/livelock.ts';
import type { KernelRecord, LiveGuest } from '../guest/live-guest.ts';
import type { Recorder } from '../guest/recorder.ts';
import { measureSlowdown } from '../guest/slowdown.ts';
import { writeCellExecuted } from '../kernel/executed/executed-file.ts';
import { executedLines } from '../kernel/lines/executed-lines.ts';
import type { Accelerator } from '../machine/argv.ts';
import { kernelLoads, physicalPoisonFailure } from '../poison/physical.ts';
import type { CellResult, RunEventBody } from '../results/events.ts';
import { codeName, signalName } from '../scenario/expect-signal.ts';
import type { LoadedStep } from '../scenario/load.ts';
import { recordedIssues } from '../scenario/recorded-issues.ts';
import { expectedPanic, type CellPlan, type GuestNeeds } from '../scenario/plan.ts';
import type { StepReport } from '../scenario/step.ts';
import { StepContext } from '../scenario/step-context.ts';
import { judge } from '../verdict/judge.ts';
import { noteElsewhere } from '../verdict/known-elsewhere.ts';
import { kmsgLines, readConsole } from '../verdict/log-line.ts';
import { CrashedMeanwhile, goesOnMs, unlessCrashed } from './crashed-meanwhile.ts';
import { beginStep, delayOf, takeStep, whenWords } from './background-step.ts';
import { CellFiles, cellFiles } from './cell-files.ts';
import { DmesgFile } from './dmesg-file.ts';
import { Evidence, type CellEvent, type Where } from './evidence.ts';
import { oneLine } from './excerpt.ts';
import { askWhy } from './hang-evidence.ts';
import { explainSetupFailure, isSetupFailure } from './setup-failure.ts';

/** A guest that is ready for a scenario's steps, and how to get another like it. */
export interface PreparedCell {
  needs: GuestNeeds;
  accelerator: Accelerator;
  /** What the kernel said when the stack was set up. */
  facts: Record<string, string>;
  /** Modules that a guest loads when it has booted. */
  modules: readonly string[];
  /** The kernel log until now; from `bootRecords` on it is of the scenario's own stack and processes. */
  log: readonly KernelRecord[];
  bootRecords: number;
  /** How the first try to set it up failed, if this is of another one. */
  firstTry?: SetupFailed | undefined;
  /** What a guest from the checkpoint will have executed of a series; undefined where that is not recorded. */
  recording: (file: string) => Recorder | undefined;
  /** A new guest from the checkpoint; its serial console goes to `consoleFile`. */
  fork: (consoleFile: string, signal?: AbortSignal, recording?: Recorder) => Promise<LiveGuest>;
}

/** What a cell is run with. */
export interface CellEnvironment {
  /** Version of the kernel: `6.12.107`. */
  kernelVersion: string;
  vmlinux: string | undefined;
  /** Makes the cell's deepest checkpoint. @throws SetupFailed, InfraError; UsageError when no kernel can be built */
  prepare: () => Promise<PreparedCell>;
  /** Why it cannot be run on this kernel. */
  skip: string | undefined;
  /** Absolute folder for its files. */
  folder: string;
  /** Where the cells of the run keep together what they have executed of the kernel. */
  coverageFolder?: string | undefined;
  emit: (event: RunEventBody) => void;
  signal: AbortSignal;
}

/** What steps work with in a guest of a prepared cell. */
export function contextFor(
  guest: LiveGuest,
  prepared: PreparedCell,
  kernelVersion: string,
  slowdown: number,
): StepContext {
  const { stack, layout } = prepared.needs;
  const { files, groups, later } = layout;
  const { facts, modules } = prepared;
  return new StepContext({ guest, stack, files, groups, later, facts, kernelVersion, slowdown, modules });
}

/** Runs a cell to its verdict. An error that nobody foresaw is this cell's, with its stack in its folder. @throws only when interrupted */
export async function runCell(plan: CellPlan, environment: CellEnvironment): Promise<CellResult> {
  const started = performance.now();
  const run = new CellRun(plan, environment);
  environment.emit({ type: 'cell-started', id: plan.id });
  await run.run();
  const { of, ...planned } = plan;
  const { kernelVersion } = environment;
  const allow = of.spec.allow.map(({ title }) => title);
  const panics = expectedPanic(of, kernelVersion);
  const judged = judge({ ...run.evidence.seen, known: of.known, kernelVersion, allow, panics });
  const judgment = noteElsewhere(judged, kernelVersion, recordedIssues);
  const result: CellResult = {
    ...planned,
    kernelVersion,
    verdict: judgment.verdict,
    expected: judgment.expected,
    why: judgment.why,
    deviations: judgment.deviations,
    ...(judgment.known === undefined ? {} : { known: judgment.known }),
    ...(judgment.knownButPassed === undefined ? {} : { knownButPassed: judgment.knownButPassed }),
    durationMs: Math.round(performance.now() - started),
    ...(run.forkMs === undefined ? {} : { forkMs: run.forkMs }),
    ...(run.coverage === undefined ? {} : { coverage: run.coverage }),
  };
  for (const deviation of judgment.deviations) environment.emit({ type: 'deviation', id: plan.id, deviation });
  environment.emit({ type: 'cell-ended', result });
  return result;
}

/** How often, and how far apart in milliseconds, the end of a kernel report is waited for. */
const reportEndLooks = 10;
const reportEndPauseMs = 100;
/** How the agent reports that a process was ended by a signal. */
const killedBySigbus = 'signal 7 SIGBUS';
const killedBySigkill = 'signal 9 SIGKILL';
const killedBySigsegv = 'signal 11 SIGSEGV';

/** How many signals of a cell are recorded one by one, and how many events of QEMU. */
const mostSignals = 10_000;
const mostQemuEvents = 200;

class CellRun {
  readonly evidence: Evidence;
  forkMs: number | undefined;
  /** Which lines of the series it has executed. */
  coverage: CellResult['coverage'];
  readonly #plan: CellPlan;
  readonly #environment: CellEnvironment;
  readonly #files: CellFiles;
  /** Records of the guest's log that were read. */
  #read = 0;
  /** Reboots whose log is read. */
  #reboots = 0;
  #guest: LiveGuest | undefined;
  #slowdown = 1;
  #dmesg: DmesgFile | undefined;
  /** The step that runs. */
  #where: Where | undefined;
  #recording: Recorder | undefined;
  /** False once what the kernel logs is an answer to what the harness asks of a guest that hangs. */
  #listening = true;
  #signals = 0;
  #qemuEvents = 0;

  constructor(plan: CellPlan, environment: CellEnvironment) {
    this.#plan = plan;
    this.#environment = environment;
    this.#files = new CellFiles(environment.folder, environment.vmlinux);
    this.evidence = new Evidence({ allow: plan.of.spec.allow.map(({ title }) => title) });
  }

  async run(): Promise<void> {
    const { skip, signal } = this.#environment;
    if (skip !== undefined) {
      this.#add({ type: 'skipped', why: skip });
      return;
    }
    try {
      await this.#run();
    } catch (error) {
      signal.throwIfAborted();
      this.#files.write('error', `${renderError(error)}\n`);
      const why = error instanceof HazmatError ? renderError(error) : `hazmat itself failed: ${String(error)}`;
      this.#add({ type: 'infrastructure', why: this.#files.excerpt('error', why) });
    }
  }

  async #run(): Promise<void> {
    const prepared = await this.#prepare();
    if (prepared === undefined) return;
    this.evidence.accelerator = prepared.accelerator;
    if (prepared.firstTry !== undefined) this.#files.writeFirstTry(prepared.firstTry);
    this.#add({ type: 'heard', us: prepared.log.at(-1)?.us ?? -1 });
    const scenarioLog = prepared.log.slice(prepared.bootRecords).flatMap(kmsgLines);
    this.#add({ type: 'log', lines: scenarioLog });
    this.#add({ type: 'log-ended' });
    try {
      this.#dmesg = new DmesgFile(this.#files.path('log'));
      this.#dmesg.add(prepared.log);
      await this.#inGuest(prepared);
    } finally {
      // A report that was the last of the log is closed by nothing else.
      this.#add({ type: 'log-ended', where: this.#where });
      this.#noteClock();
      this.#notePoison();
      this.#noteLost();
      await this.#guest?.end();
      await this.#takeCoverage();
      this.#endLog();
      await this.#files.writeCrashes(this.evidence.reports);
    }
  }

  async #prepare(): Promise<PreparedCell | undefined> {
    try {
      return await this.#environment.prepare();
    } catch (error) {
      this.#environment.signal.throwIfAborted();
      if (error instanceof UsageError) {
        this.#add({ type: 'unbuilt', why: renderError(error) });
      } else if (isSetupFailure(error)) {
        this.evidence.accelerator = error.accelerator;
        this.#files.writeConsole(error.consoleText);
        this.#files.writeLog(error.log);
        if (error.hang !== undefined) this.#files.write('hang', `${error.hang.text.trimEnd()}\n`);
        if (error.first !== undefined) this.#files.writeFirstTry(error.first);
        for (const event of explainSetupFailure(error, cellFiles)) this.#add(event);
        await this.#files.writeCrashes(this.evidence.reports);
      } else throw error;
      return undefined;
    }
  }

  async #inGuest(prepared: PreparedCell): Promise<void> {
    const { signal, kernelVersion } = this.#environment;
    this.#recording = prepared.recording(this.#files.path('executed'));
    const forking = performance.now();
    const guest = await this.#fork(prepared);
    if (guest === undefined) return;
    this.forkMs = Math.round((performance.now() - forking) * 10) / 10;
    this.#guest = guest;
    const interrupted = (): void => void guest.end();
    signal.addEventListener('abort', interrupted, { once: true });
    void guest.qemu.exited.then(() => signal.removeEventListener('abort', interrupted));
    this.#files.write('command', `${quoteArgv(guest.qemu.argv)}\n`);
    this.#reportSignals(guest);
    this.#reportQemuEvents(guest);
    // A log that is too long to be kept is read as it comes: no report of the kernel is lost in it.
    guest.onRecord(() => {
      if (this.#listening) this.#readLog(this.#where);
    });
    const slowdown = await this.#measure(guest);
    if (slowdown === undefined) return;
    this.#slowdown = slowdown;
    const context = contextFor(guest, prepared, kernelVersion, this.#slowdown);
    this.#emitClock(guest);
    for (const [index, step] of prepared.needs.steps.entries()) {
      signal.throwIfAborted();
      const { length } = guest.reboots;
      const mark = this.#recording?.mark() ?? 0;
      this.#recording?.startStep(index);
      if (!(await this.#step(context, prepared, step, index))) return;
      if (guest.reboots.length > length) {
        this.#emitClock(guest);
        await this.#recording?.rebooted(guest, mark);
      }
    }
    this.#where = undefined;
    await this.#awaitReportEnd(context, undefined);
    await this.#settleRecording(guest);
  }

  /** Puts the guest's clock into the stream: the kernel log is stamped with it. */
  #emitClock(guest: LiveGuest): void {
    const uptimeMs = guest.clock.uptimeAt(performance.now());
    if (uptimeMs === undefined) return;
    this.#environment.emit({ type: 'guest-clock', id: this.#plan.id, uptimeMs: Math.round(uptimeMs) });
  }

  /** A guest from the checkpoint; undefined when it ended at once. */
  async #fork({ fork }: PreparedCell): Promise<LiveGuest | undefined> {
    const { signal } = this.#environment;
    const file = this.#files.path('console');
    try {
      return await fork(file, signal, this.#recording);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HazmatError || error instanceof GuestDied || error instanceof DeadlineExpired))
        throw error;
      this.#add({ type: 'infrastructure', why: `the guest could not be forked: ${renderError(error)}` });
      // Unless its kernel ended it.
      if (error instanceof GuestDied)
        this.#add({ type: 'guest-ended', exit: error.exit, console: readConsole(readEnds(file)) });
      return undefined;
    }
  }

  /** How slow the guest is; undefined when it does not answer. */
  async #measure(guest: LiveGuest): Promise<number | undefined> {
    const { signal } = this.#environment;
    try {
      return (await measureSlowdown(guest, signal)) * (this.#recording?.slowdown ?? 1);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof GuestDied || error instanceof DeadlineExpired)) throw error;
      this.#add({ type: 'infrastructure', why: `the forked guest does not answer: ${error.message}` });
      if (error instanceof GuestDied) this.#guestDied(error, guest, undefined);
      else this.#add({ type: 'silent', console: readConsole(guest.consoleText()) });
      return undefined;
    }
  }

  /** Runs a step; returns whether the next one can run. */
  async #step(context: StepContext, prepared: PreparedCell, step: LoadedStep, index: number): Promise<boolean> {
    const { emit, signal } = this.#environment;
    const id = this.#plan.id;
    const label = oneLine(`${step.kind.label(step.args)}${whenWords(step, this.#plan.repeat)}`);
    const where: Where = { step: step.kind.key, stepIndex: index };
    this.#where = where;
    const started = performance.now();
    emit({ type: 'step-started', id, index, step: step.kind.key, label });
    const cut = (what: string, text: string): string => this.#files.excerpt(`step-${index + 1}-${what}`, text);
    const ended = (outcome: 'ok' | 'deviates' | 'ended', seen: string, report?: StepReport): void => {
      const durationMs = Math.round(performance.now() - started);
      const more = {
        ...(report?.wanted === undefined ? {} : { wanted: report.wanted }),
        ...(report?.notes === undefined ? {} : { notes: report.notes }),
      };
      emit({ type: 'step-ended', id, index, step: step.kind.key, label, outcome, seen, ...more, durationMs });
    };
    const delayMs = delayOf(step, this.#plan.repeat) * this.#slowdown;
    if (step.background !== undefined) {
      beginStep(step, context, delayMs);
      ended('ok', 'begun');
      return true;
    }
    try {
      const taken = unlessCrashed(takeStep(step, context, delayMs), {
        evidence: this.evidence,
        guest: context.guest,
        withinMs: goesOnMs * this.#slowdown,
        where,
      });
      const report = shortened(await taken, cut);
      this.#readLog(where);
      if (this.evidence.reportIsOpen) await this.#awaitReportEnd(context, where);
      const { crash } = this.evidence;
      if (crash !== undefined) {
        ended('ended', `the kernel crashed: ${crash.title}`, report);
        await this.#awaitReportEnd(context, where);
        return false;
      }
      this.#files.writeSuite(report.files ?? new Map());
      ended(report.ok ? 'ok' : 'deviates', report.seen, report);
      if (report.skip !== undefined) {
        this.#add({ type: 'skipped', why: report.skip });
        return false;
      }
      const { ok, seen, wanted } = report;
      const title = oneLine(`${step.kind.key} ${label}: ${seen}`);
      this.#add({ type: 'step', where, ok, title, seen, wanted });
      if (ok || report.wasDone === true || !step.kind.acts) return true;
      // An act that did not succeed leaves nothing to expect.
      await this.#awaitReportEnd(context, where);
      return false;
    } catch (error) {
      signal.throwIfAborted();
      ended('ended', cut('error', whyItEnded(error)));
      if (error instanceof CrashedMeanwhile) return false;
      await this.#stepFailed(error, context, prepared, where, label);
      return false;
    }
  }

  async #stepFailed(
    error: unknown,
    context: StepContext,
    { fork }: PreparedCell,
    where: Where,
    label: string,
  ): Promise<void> {
    this.#readLog(where);
    if (error instanceof DeadlineExpired && this.#guest !== undefined && this.#noteClock() === undefined) {
      this.#add({ type: 'silent', console: readConsole(this.#guest.consoleText()), where });
      this.#listening = false;
      const what = `${where.step} ${label}`;
      const { report, text } = await askWhy(this.#guest, what, error.pids, this.#slowdown, () => fork('/dev/null'));
      this.#files.write('hang', `${text.trimEnd()}\n`);
      if (report === undefined) this.#add({ type: 'infrastructure', why: `${what}: ${text}` });
      else this.#add({ type: 'hang', report, evidence: cellFiles.hang, where });
    } else if (error instanceof GuestDied) {
      this.#guestDied(error, context.guest, where);
    } else if (error instanceof DeadlineExpired) {
      return;
    } else if (error instanceof RequestError && this.#killedByKernel(error)) {
      const how = error.ended === killedBySigbus ? 'SIGBUS, outside of its handler' : error.ended?.split(' ')[2];
      const seen = `${processOf(error) ?? 'a process'} was killed by ${how}`;
      const wanted = 'every process handles its signals and goes on';
      this.#add({ type: 'step', where, ok: false, title: oneLine(`${where.step} ${label}: ${seen}`), seen, wanted });
      await this.#awaitReportEnd(context, where);
    } else if (error instanceof HazmatError) {
      const why = this.#files.excerpt(`step-${where.stepIndex + 1}-error`, renderError(error));
      this.#add({ type: 'infrastructure', why: `${where.step}: ${why}` });
      // The kernel's log or the end of the guest may say why: a route that works through QEMU does not ask the agent.
      await this.#awaitReportEnd(context, where);
    } else throw error;
  }

  /** Whether the kernel has ended a process of the scenario that would have gone on. */
  #killedByKernel(error: RequestError): boolean {
    // Its handler takes every SIGBUS that the kernel sends. The kernel ends a process that has the signal blocked, as it is in the
    // handler, when it forces another one on it (kernel/signal.c:force_sig_info_to_task, 6.12).
    if (error.ended === killedBySigbus) return true;
    if (processOf(error) === undefined) return false;
    if (error.ended === killedBySigsegv) return true;
    // memory_failure() does so where it does not find the page in the process, and says so (mm/memory-failure.c:kill_procs, 6.12). A program
    // of the scenario, or a kernel without memory, may have killed it as well.
    const log = this.#guest?.log.slice() ?? [];
    return error.ended === killedBySigkill && log.some(({ text }) => /forcibly killing/.test(text));
  }

  /** Reads what the kernel still logs, up to the end of a report that it has begun. */
  async #awaitReportEnd(context: StepContext, where: Where | undefined): Promise<void> {
    try {
      for (let look = 0; look === 0 || (this.evidence.reportIsOpen && look < reportEndLooks); look++) {
        if (look > 0) await sleep(reportEndPauseMs);
        context.startStep(5000);
        await context.guest.request('ping', {});
        this.#readLog(where);
      }
    } catch (error) {
      if (error instanceof GuestDied) this.#guestDied(error, context.guest, where);
      else if (error instanceof DeadlineExpired) {
        this.#add({ type: 'infrastructure', why: 'the agent no longer answers' });
        this.#add({ type: 'silent', console: readConsole(context.guest.consoleText()), where });
      } else throw error;
      return;
    }
    this.#add({ type: 'log-ended', where });
  }

  #guestDied({ exit }: GuestDied, guest: LiveGuest, where: Where | undefined): void {
    this.#readLog(where);
    this.#add({ type: 'guest-ended', exit, console: readConsole(guest.consoleText()), where });
  }

  /** Feeds what the kernel has logged since the last look. */
  #readLog(where: Where | undefined): void {
    const guest = this.#guest;
    if (guest === undefined) return;
    const end = guest.log.length;
    for (;;) {
      // A boot may end before its first record comes.
      for (; (guest.reboots[this.#reboots] ?? Infinity) <= this.#read; this.#reboots++) this.#add({ type: 'rebooted' });
      if (this.#read >= end) return;
      const next = Math.min(end, guest.reboots[this.#reboots] ?? Infinity);
      const records = guest.log.slice(this.#read, next);
      this.#dmesg?.add(records);
      this.#add({ type: 'log', lines: records.flatMap(kmsgLines), where });
      this.#read = next;
    }
  }

  #reportSignals(guest: LiveGuest): void {
    guest.onSignal(({ process, pid, tid, signo, code, addr, lsb, page }) => {
      if (++this.#signals > mostSignals) return;
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
  }

  /** Until the guest is ended: that QEMU ends then is no news. */
  #reportQemuEvents({ qemu }: LiveGuest): void {
    qemu.qmp.onEvent(({ event, data }) => {
      // Thousands of them, which say nothing of the guest.
      if (this.#recording?.pausesGuest === true && (event === 'STOP' || event === 'RESUME')) return;
      if (!this.#listening || ++this.#qemuEvents > mostQemuEvents) return;
      const about = data === undefined || Object.keys(data).length === 0 ? {} : { data };
      this.#environment.emit({ type: 'qemu-event', id: this.#plan.id, event, ...about });
    });
  }

  /** What is known of the guest's clock, and of the time in which it could not run: both make what its kernel reports doubtful. */
  #noteClock(): string | undefined {
    const guest = this.#guest;
    if (guest === undefined) return undefined;
    const { tooFast } = guest.clock;
    this.#add({ type: 'clock', tooFast, stoppedMs: guest.stoppedMs });
    return tooFast;
  }

  #noteLost(): void {
    if (this.#guest?.logLost !== true) return;
    const why = 'records of the kernel log were lost: the kernel had overwritten them before they were read';
    this.#add({ type: 'infrastructure', why });
  }

  #notePoison(): void {
    const failure = this.#guest === undefined ? undefined : physicalPoisonFailure(this.#guest.qemu);
    if (failure !== undefined) this.#add({ type: 'not-raised', why: `dormant poison: ${renderError(failure)}` });
    if (this.#guest !== undefined) this.#add({ type: 'kernel-loads', loads: kernelLoads(this.#guest.qemu) });
  }

  /** Where the modules are that were loaded meanwhile; nothing depends on the answer but what is reported as executed. */
  async #settleRecording(guest: LiveGuest): Promise<void> {
    try {
      await this.#recording?.settle(guest);
    } catch (error) {
      if (!(error instanceof HazmatError || error instanceof GuestDied || error instanceof DeadlineExpired))
        throw error;
    }
  }

  /** What the guest executed, whatever became of it. */
  async #takeCoverage(): Promise<void> {
    const recording = this.#recording;
    if (recording === undefined) return;
    const { lines, kernel } = await recording.recorded();
    if (recording.lines !== undefined && lines !== undefined)
      this.coverage = {
        ...executedLines(recording.lines, lines.places),
        // Breakpoints are set when the modules are loaded.
        ...(recording.pausesGuest ? { withoutBoot: true } : {}),
      };
    const { coverageFolder } = this.#environment;
    if (kernel !== undefined && coverageFolder !== undefined)
      writeCellExecuted(this.#files.path('coverage'), coverageFolder, kernel);
  }

  /** Writes the rest of the log, and a warning when signals were left out. */
  #endLog(): void {
    const guest = this.#guest;
    this.#dmesg?.end(guest?.log.slice(this.#read) ?? []);
    const leftOut = this.#signals - mostSignals;
    if (leftOut <= 0) return;
    const text = `${this.#plan.id}: ${leftOut} more signals hit the processes: only the first ${mostSignals} are recorded`;
    this.#environment.emit({ type: 'message', level: 'warning', text });
  }

  #add(event: CellEvent): void {
    this.evidence.add(event);
  }
}

/** The process of the scenario that a request was to be served by. */
function processOf(error: RequestError): string | undefined {
  return /process "([^"]*)"/.exec(error.message)?.[1];
}

/** What a step reports, cut to what can be shown; `cut` keeps the whole. */
function shortened(report: StepReport, cut: (what: string, text: string) => string): StepReport {
  const { wanted, notes } = report;
  return {
    ...report,
    seen: cut('seen', report.seen),
    ...(wanted === undefined ? {} : { wanted: cut('wanted', wanted) }),
    ...(notes === undefined ? {} : { notes: notes.map((note) => oneLine(note)) }),
  };
}

function whyItEnded(error: unknown): string {
  if (error instanceof Livelock || error instanceof CrashedMeanwhile) return error.message;
  if (error instanceof DeadlineExpired) return `it did not end within ${(error.milliseconds / 1000).toFixed(1)} s`;
  if (error instanceof GuestDied) return error.message;
  return error instanceof HazmatError ? renderError(error) : `hazmat itself failed: ${String(error)}`;
}
