// SPDX-License-Identifier: GPL-2.0-only
// Why a guest did not get as far as its scenario: boot, stack or processes failed. Pure: from what the failed guest left to events for
// run/evidence.ts.

import { renderError } from '../host/errors.ts';
import { WrongClock } from '../guest/right-clock.ts';
import { DeadlineExpired, GuestDied, SetupFailed, type HangCause } from '../guest/guest-errors.ts';
import { readKernelLog } from '../verdict/kernel-log.ts';
import { kmsgLines, readConsole, type KernelRecord } from '../verdict/log-line.ts';
import type { CellEvent } from './evidence.ts';
import { tooLittleMemory } from './too-little-memory.ts';

/** What is left of a guest that could not be set up; SetupFailed in guest/checkpoints.ts has these. */
export interface SetupFailure {
  /** `boot`, `stack` or `processes`. */
  title: string;
  cause: unknown;
  log: readonly KernelRecord[];
  /** How many records of it are of the boot, when that was done: they are not the scenario's. */
  bootRecords?: number;
  /** What the serial console printed. */
  consoleText: string;
  /** For how long the guest was stopped with the harness, milliseconds. */
  stoppedMs?: number;
  /** How often it was tried. */
  tries?: number;
  /** Why it hangs, when it could be asked; its text goes to a file of its own. */
  hang?: HangCause | undefined;
}

/** Whether an error is such a failure: SetupFailed, or a test's. */
export function isSetupFailure(error: unknown): error is SetupFailed {
  return error instanceof SetupFailed;
}

/** Where the agent cannot work it says why on the console and switches the guest off. */
const agentSaid = /^.*(hazmat-agent: .*)$/m;

/**
 * Whose fault it was. A crash in the kernel's log wins over everything that followed from it. A boot that runs out of memory is the
 * infrastructure's; out of memory later may be a leak of the kernel's, so it is not.
 */
export function explainSetupFailure(
  { title: stage, cause, log, bootRecords = 0, consoleText, stoppedMs = 0, tries = 1, hang }: SetupFailure,
  { console: consoleFile, hang: hangFile }: { console: string; hang: string },
): CellEvent[] {
  const title = tries > 1 ? `${stage} (the last of ${tries} tries)` : stage;
  if (cause instanceof WrongClock) return [{ type: 'infrastructure', why: `${title}: ${renderError(cause)}` }];
  const lines = log.slice(bootRecords).flatMap(kmsgLines);
  const console = readConsole(consoleText);
  const starved = stage === 'boot' ? tooLittleMemory([...readKernelLog(lines), ...readKernelLog(console)]) : undefined;
  if (starved !== undefined) return [{ type: 'infrastructure', why: `${title}: ${starved}` }];
  const events: CellEvent[] = [
    { type: 'clock', tooFast: undefined, stoppedMs },
    { type: 'heard', us: log[bootRecords - 1]?.us ?? -1 },
    { type: 'log', lines },
    // The agent sends the log once it runs; until then there is only the console.
    cause instanceof GuestDied ? { type: 'guest-ended', exit: cause.exit, console } : { type: 'silent', console },
  ];
  if (cause instanceof GuestDied) {
    const { reason } = cause.exit;
    if (reason !== 'guest-panic' && reason !== 'guest-reset') {
      const why = agentSaid.exec(consoleText)?.[1]?.trim() ?? cause.message;
      events.push({ type: 'infrastructure', why: `${title}: ${why}` });
    }
  } else if (hang !== undefined) {
    const { report, text } = hang;
    if (report === undefined) events.push({ type: 'infrastructure', why: `${title}: ${text}` });
    else events.push({ type: 'hang', report, evidence: hangFile });
  } else if (cause instanceof DeadlineExpired && /Linux version/.test(consoleText)) {
    const report = {
      title: `hang in ${stage}: the guest printed nothing more`,
      function: undefined,
      fingerprint: `hang:-:${stage}`,
    };
    events.push({ type: 'hang', report, evidence: consoleFile });
  } else if (cause instanceof DeadlineExpired) {
    const why = `${title}: the kernel printed nothing at all: can its image be booted?`;
    events.push({ type: 'infrastructure', why });
  } else {
    events.push({ type: 'infrastructure', why: `${title}: ${renderError(cause)}` });
  }
  return events;
}
