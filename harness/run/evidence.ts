// SPDX-License-Identifier: GPL-2.0-only
// What was seen of a cell, folded from events. This decides whose fault something was: the kernel's (crash, hang, deviation), the
// infrastructure's (QEMU, the agent, the emulator, too little memory), or that of what was given (unbuilt). Pure: no guest,
// no file, no clock. judge() in verdict/ makes one verdict of the result.

import { shortestStallMs } from '../guest/running-time.ts';
import type { Accelerator } from '../machine/argv.ts';
import type { QemuExit } from '../machine/qemu-handle.ts';
import type { Deviation } from '../results/events.ts';
import type { CellEvidence, GuestEnd, ObservedCrash, ObservedHang } from '../verdict/judge.ts';
import { isAllowed } from '../verdict/allow.ts';
import { KernelLogReader, type CrashReport } from '../verdict/kernel-log.ts';
import type { LogLine } from '../verdict/log-line.ts';
import { lastWords } from './last-words.ts';
import type { KernelLoad } from '../poison/physical.ts';
import { emulatorFault, lateMachineCheck } from './tcg-fault.ts';

/** The step during which something was seen. */
export interface Where {
  step: string;
  stepIndex: number;
}

export type CellEvent =
  /** The kernel cannot run the scenario, or the machine cannot; nothing else was tried. */
  | { type: 'skipped'; why: string }
  /** There is no kernel, because of what was given: a series that does not apply, a source that does not compile. */
  | { type: 'unbuilt'; why: string }
  /** The kernel logged lines. Without `where` they came while the stack was set up or the processes were started. */
  | { type: 'log'; lines: readonly LogLine[]; where?: Where | undefined }
  /** Nothing more belongs to a report that has begun. */
  | { type: 'log-ended'; where?: Where | undefined }
  /** The log was read until then, microseconds since the boot, and what came before is not the scenario's. */
  | { type: 'heard'; us: number }
  /** The next lines of the log are of a new boot, which the scenario asked for. */
  | { type: 'rebooted' }
  /** A step ran to its end. */
  | { type: 'step'; where: Where; ok: boolean; title: string; seen: string; wanted?: string | undefined }
  /** A request was not answered in time, and the guest was asked why. */
  | { type: 'hang'; report: ObservedHang['report']; evidence: string; where?: Where | undefined }
  /** The guest does not answer. `console`: what its serial console printed, which goes on when the agent does not. */
  | { type: 'silent'; console: readonly LogLine[]; where?: Where | undefined }
  /** The guest ended without having been asked to. `console`: what its serial console printed, where the last words are. */
  | { type: 'guest-ended'; exit: QemuExit; console: readonly LogLine[]; where?: Where | undefined }
  /** What is known of the guest's clock; `stoppedMs`: for how long it was stopped with the harness. */
  | { type: 'clock'; tooFast: string | undefined; stoppedMs: number }
  /** Poison that a step placed was not raised as it should have been when it was consumed; what the kernel did is no answer to it. */
  | { type: 'not-raised'; why: string }
  /** What of the kernel loaded poison: a machine check belongs to such a load. */
  | { type: 'kernel-loads'; loads: readonly KernelLoad[] }
  /** The harness, QEMU, the agent, the disk or the network failed; nothing is learned about the kernel from it. */
  | { type: 'infrastructure'; why: string };

/** Files of a cell's folder that hold evidence. */
export const evidenceFiles = { log: 'dmesg.txt', crash: 'crash.txt' } as const;

/** Folds events, one by one. */
export class Evidence {
  /** What the guest runs on: the emulator has faults that hardware does not have. Known once the guest is prepared. */
  accelerator: Accelerator;
  readonly #allow: readonly string[];
  readonly #reader = new KernelLogReader();
  readonly #foreign = new ForeignLines();
  readonly #crashes: ObservedCrash[] = [];
  readonly #deviations: Deviation[] = [];
  #stepsRun = 0;
  #hang: ObservedHang | undefined;
  #guestEnd: GuestEnd | undefined;
  #infrastructure: string | undefined;
  #fault: string | undefined;
  #wrongClock: string | undefined;
  #notRaised: string | undefined;
  #kernelLoads: readonly KernelLoad[] = [];
  #stoppedMs = 0;
  /** When the last line of the log came, microseconds since the boot. */
  #heardUs = -1;
  #rebooted = false;
  #skip: string | undefined;
  #unbuilt: string | undefined;

  constructor(options: { allow: readonly string[]; accelerator?: Accelerator }) {
    this.accelerator = options.accelerator ?? 'tcg';
    this.#allow = options.allow;
  }

  add(event: CellEvent): void {
    switch (event.type) {
      case 'skipped':
        this.#skip ??= event.why;
        break;
      case 'unbuilt':
        this.#unbuilt ??= event.why;
        break;
      case 'log':
        for (const line of event.lines) this.#feed(line, event.where);
        break;
      case 'log-ended':
        this.#note(this.#reader.end(), event.where);
        break;
      case 'heard':
        this.#heardUs = event.us;
        break;
      case 'rebooted':
        this.#reader.expectReboot();
        this.#rebooted = true;
        this.#heardUs = -1;
        break;
      case 'step':
        this.#step(event);
        break;
      case 'hang':
        this.#hang ??= { report: event.report, evidence: event.evidence, ...event.where };
        break;
      case 'silent':
        this.#lastWords(event);
        break;
      case 'guest-ended':
        this.#lastWords(event);
        this.#guestEnd = guestEndOf(event.exit);
        break;
      case 'clock':
        this.#wrongClock ??= event.tooFast;
        this.#stoppedMs = Math.max(this.#stoppedMs, event.stoppedMs);
        break;
      case 'not-raised':
        this.#notRaised ??= event.why;
        break;
      case 'kernel-loads':
        this.#kernelLoads = event.loads;
        break;
      case 'infrastructure':
        this.#infrastructure ??= event.why;
        break;
    }
  }

  /** A report of the kernel has begun and its end has not come yet: more of the log is worth waiting for. */
  get reportIsOpen(): boolean {
    return this.#reader.isOpen;
  }

  /** How many reports have come, or have begun, that a task died in the kernel: what waits for that task waits in vain. */
  get fatalReports(): number {
    return this.#reader.fatalReports;
  }

  /** The kernel's crash that ends a scenario: not one that `allow:` tolerates. */
  get crash(): CrashReport | undefined {
    return this.#crashes.find(({ report }) => report.type === 'crash' && !isAllowed(report.title, this.#allow))?.report;
  }

  /** Every report of the kernel so far. */
  get reports(): readonly CrashReport[] {
    return this.#crashes.map(({ report }) => report);
  }

  /** What judge() needs of it. */
  get seen(): Omit<CellEvidence, 'known' | 'kernelVersion' | 'allow'> {
    const ran = { stepsRun: this.#stepsRun };
    // Everything after the emulator's own mistake follows from it.
    if (this.#fault !== undefined) return { ...ran, deviations: [], crashes: [], infraError: this.#fault };
    const late = lateMachineCheck(this.crash, this.#kernelLoads);
    const doubtful = this.#wrongClock ?? this.#notRaised ?? late ?? this.#stallOfHost();
    if (doubtful !== undefined) return { ...ran, deviations: [], crashes: [], infraError: doubtful };
    return {
      ...ran,
      deviations: this.#deviations,
      crashes: this.#crashes,
      hang: this.#hang,
      infraError: this.#infrastructure,
      guestEnd: this.#guestEnd,
      skip: this.#skip,
      unbuilt: this.#unbuilt,
    };
  }

  /** A stall that the kernel reports after its guest was stopped for as long as the kernel waits is the host's. */
  #stallOfHost(): string | undefined {
    const report = this.reports.find(({ type }) => type === 'hang');
    if (report === undefined || this.crash !== undefined || this.#stoppedMs < shortestStallMs) return undefined;
    const seconds = (this.#stoppedMs / 1000).toFixed(0);
    return `${report.title}: the guest was stopped with the harness for ${seconds} s, so it need not be the kernel's`;
  }

  #feed(line: LogLine, where: Where | undefined): void {
    if (line.foreign === true) this.#foreign.add(line);
    this.#heardUs = Math.max(this.#heardUs, line.us);
    this.#note(this.#reader.feed(line), where);
  }

  #lastWords({ console, where }: { console: readonly LogLine[]; where?: Where | undefined }): void {
    this.#note(this.#reader.end(), where);
    const lines = console.map((line) => this.#marked(line));
    const words = lastWords(lines, { afterUs: this.#heardUs, rebooted: this.#rebooted });
    const isNew = ({ fingerprint, title }: CrashReport): boolean =>
      !this.reports.some((report) => report.fingerprint === fingerprint && report.title === title);
    this.#note(words.filter(isNew), where);
  }

  /** A line of the console, marked when it came through the agent as a program's: the console does not say who wrote it. */
  #marked(line: LogLine): LogLine {
    return this.#foreign.has(line) ? { ...line, foreign: true } : line;
  }

  #step({ where, ok, title, seen, wanted }: Extract<CellEvent, { type: 'step' }>): void {
    this.#stepsRun++;
    if (ok) return;
    const evidence = evidenceFiles.log;
    this.#deviations.push({
      kind: 'fail',
      ...where,
      title,
      seen,
      evidence,
      ...(wanted === undefined ? {} : { wanted }),
    });
  }

  #note(reports: readonly CrashReport[], where: Where | undefined): void {
    for (const report of reports) {
      const fault = emulatorFault(report, this.accelerator);
      if (fault === undefined) this.#crashes.push({ report, evidence: evidenceFiles.crash, ...where });
      // What a kernel does after its own crash is no excuse for that.
      else if (this.crash === undefined) this.#fault ??= fault;
    }
  }
}

/** Lines that programs wrote to the kernel log, the last ones. */
class ForeignLines {
  static readonly #most = 20_000;
  readonly #lines = new Set<string>();

  add(line: LogLine): void {
    this.#lines.add(ForeignLines.#key(line));
    if (this.#lines.size <= ForeignLines.#most) return;
    for (const oldest of this.#lines) {
      this.#lines.delete(oldest);
      break;
    }
  }

  has(line: LogLine): boolean {
    return line.stamped && this.#lines.has(ForeignLines.#key(line));
  }

  static #key({ us, text }: LogLine): string {
    return `${us} ${text}`;
  }
}

/** What QEMU's end says of the guest: QEMU names a panic and a reset; anything else was not the guest's. */
function guestEndOf({ reason }: QemuExit): GuestEnd {
  if (reason === 'guest-panic') return 'panicked';
  return reason === 'guest-reset' ? 'reset' : 'gone';
}
