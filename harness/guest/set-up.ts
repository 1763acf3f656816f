// SPDX-License-Identifier: GPL-2.0-only
// What is done in a guest to set it up, saved or not: its modules, the requests of a stage, and what a failure leaves.

import { readEnds } from '../host/read-ends.ts';
import { InfraError } from '../host/errors.ts';
import type { Accelerator } from '../machine/argv.ts';
import { DeadlineExpired, GuestDied, SetupFailed, type HangCause } from './guest-errors.ts';
import type { Guest } from './guest.ts';
import type { KernelRecord, LiveGuest } from './live-guest.ts';
import { WrongClock } from './right-clock.ts';
import type { StageRequests } from './stage.ts';

/** Limit of each request of a stage, in milliseconds before the slowdown. */
export const requestMs = 20_000;

const pmemDriver = '/sys/bus/nd/drivers/nd_pmem';

export interface SetupOptions {
  signal?: AbortSignal;
  /** Called when it is not in the cache and is being made. */
  started?: () => void;
  /** Called with what is being done. */
  progress?: (note: string) => void;
  /**
   * Asked why a guest hangs in `what`, before it is ended. `sibling` makes another one that has its kernel at the same address; `pids`: the
   * processes that should have ended.
   */
  askWhy?: (
    guest: LiveGuest,
    what: string,
    pids: number[],
    slowdown: number,
    sibling: () => Promise<LiveGuest>,
  ) => Promise<HangCause>;
}

/**
 * Loads the modules of a booted guest; returns which of them failed, as facts.
 * @throws GuestDied, DeadlineExpired, InfraError when its kernel has no driver for NVDIMMs
 */
export async function loadModules(
  guest: Guest,
  modules: string[],
  options: SetupOptions,
): Promise<Record<string, string>> {
  const { failed } = await guest.request('modprobe', { modules }, within(requestMs * 20, options));
  // A kernel without a modules folder is believed to have everything built in: here it shows.
  const driver = await guest.request('run', { argv: ['test', '-d', pmemDriver] }, within(requestMs, options));
  if (driver.exit !== 0) {
    throw new InfraError('this kernel has no driver nd_pmem, neither built in nor as a module', {
      hint: 'If it has modules, say where they are: --kernel image:BZIMAGE,MODULES_DIR',
    });
  }
  return Object.fromEntries(failed.map(({ module, error }) => [`module ${module}`, error]));
}

/**
 * Does all requests of a stage, each within `limit` milliseconds, and asks its facts. `doing` is called with what is begun.
 * @throws GuestDied, DeadlineExpired, InfraError
 */
export async function performStage(
  guest: Guest,
  { requests, facts: asked }: StageRequests,
  limit: number,
  options: SetupOptions,
  doing: (what: string) => void,
): Promise<Record<string, string>> {
  for (const request of requests) {
    doing(request.why);
    options.progress?.(request.why);
    await guest.perform(request, within(limit, options));
  }
  const facts: Record<string, string> = {};
  for (const { name, argv } of asked) {
    doing(argv.join(' '));
    const { exit, stdout, stderr } = await guest.request('run', { argv }, within(limit, options));
    if (exit !== 0) throw new InfraError(`could not learn ${name}`, { hint: `${argv.join(' ')}: ${stderr.trim()}` });
    facts[name] = stdout.trim();
  }
  return facts;
}

export function within(
  withinMs: number,
  { signal }: Pick<SetupOptions, 'signal'>,
): { withinMs: number; signal?: AbortSignal } {
  return signal === undefined ? { withinMs } : { withinMs, signal };
}

/**
 * The error for a guest that could not be set up: SetupFailed, or `cause` itself if the guest did not cause it. `ancestors`: the log of what
 * it goes on from; `bootRecords`: how many records of the whole are of the boot, when that was done.
 */
export function setupFailed(
  title: string,
  cause: unknown,
  guest: Guest | undefined,
  consoleFile: string,
  {
    accelerator,
    ancestors = [],
    bootRecords = 0,
  }: { accelerator: Accelerator; ancestors?: readonly KernelRecord[]; bootRecords?: number },
): unknown {
  // A full disk and the like are not caused by the guest.
  if (!(cause instanceof GuestDied || cause instanceof DeadlineExpired || cause instanceof InfraError)) return cause;
  const consoleText = readEnds(consoleFile);
  const log = [...ancestors, ...(guest?.log ?? [])];
  // Whatever went wrong in a guest whose clock is wrong follows from that.
  const wrong = guest?.clock.tooFast;
  const reason = wrong === undefined ? cause : new WrongClock(wrong, { cause });
  return new SetupFailed(title, reason, log, consoleText, {
    bootRecords,
    stoppedMs: guest?.stoppedMs ?? 0,
    accelerator,
  });
}

/** Asks a guest that hangs while it is set up why, for what is reported of the failure. `what`: stage and request. */
export async function explainHang(
  failed: unknown,
  guest: Guest | undefined,
  what: string,
  slowdown: number,
  { askWhy }: SetupOptions,
  sibling: () => Promise<LiveGuest>,
): Promise<void> {
  if (guest === undefined || !(failed instanceof SetupFailed) || !(failed.cause instanceof DeadlineExpired)) return;
  failed.hang = await askWhy?.(guest, what, failed.cause.pids, slowdown, sibling);
}
