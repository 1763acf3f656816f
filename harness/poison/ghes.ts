// SPDX-License-Identifier: GPL-2.0-only
// Firmware first: the platform writes an error record and tells the kernel of it, which queues the pages for
// memory_failure() and gives nfit the bad blocks (drivers/acpi/apei/ghes.c:ghes_do_proc, ghes_handle_memory_failure;
// drivers/acpi/nfit/mce.c, 6.12). Nothing is action required this way on x86.

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { pageBytes, pageShift } from '../host/page.ts';
import { maxErrors } from '../firmware/cper.ts';
import { sources, type Source } from '../firmware/mailbox.ts';
import { RecordNotTaken, type Platform } from '../firmware/platform.ts';
import type { Deadline } from '../guest/deadline.ts';
import { DeadlineExpired } from '../guest/guest-errors.ts';
import type { BoundGuest } from '../guest/live-guest.ts';
import { fatesOf } from './memory-failure-log.ts';
import { firmwareMissing, platformOf } from './platform.ts';
import { routeWithOptions, type Injection, type PoisonTarget } from './route.ts';

const options = {
  via: z
    .enum(Object.keys(sources) as [Source, ...Source[]])
    .prefault('nmi')
    .describe('How the kernel is told: it polls, or an NMI, an external interrupt or an SCI'),
  severity: z.enum(['recoverable', 'corrected', 'fatal']).prefault('recoverable').describe('Severity of the error'),
  'per-record': z.int().min(1).max(maxErrors).prefault(1).describe('How many of the pages one error record names'),
  paced: z
    .boolean()
    .prefault(false)
    .describe('Before the next record, wait until the kernel has said what became of each page of the last'),
};

interface Options {
  via: Source;
  severity: 'recoverable' | 'corrected' | 'fatal';
  'per-record': number;
  paced: boolean;
}

export const ghes = routeWithOptions({
  name: 'ghes',
  title: 'error record of the platform (GHES), by polling, NMI, interrupt or SCI',
  modules: [],
  options,
  throughProcess: false,
  missing: firmwareMissing('ghes'),
  inject: (guest, target, given) => report(guest, [target], given),
  injectAll: report,
});

async function report(
  guest: BoundGuest,
  targets: readonly PoisonTarget[],
  { via, severity, 'per-record': size, paced }: Options,
): Promise<Injection> {
  const platform = platformOf(guest);
  const started = performance.now();
  const taken: number[] = [];
  for (let first = 0; first < targets.length; first += size) {
    const batch = targets.slice(first, first + size);
    const from = guest.log.length;
    taken.push(await deliver(platform, via, batch, severity, guest.deadline));
    if (paced) await pagesDone(guest, from, batch);
  }
  const slowest = Math.max(...taken).toFixed(1);
  const all = (performance.now() - started).toFixed(0);
  return {
    how: `${targets.length} ${severity} in ${taken.length} records by ${via}${paced ? ', paced' : ''}: all taken, the slowest in ${slowest} ms, ${all} ms in all`,
  };
}

async function deliver(
  platform: Platform,
  via: Source,
  batch: readonly PoisonTarget[],
  severity: Options['severity'],
  deadline: Deadline,
): Promise<number> {
  const errors = batch.map(({ physical }) => ({ address: physical, lsb: pageShift }));
  try {
    return (await platform.report(via, errors, { severity, withinMs: deadline.remainingMs })).takenMs;
  } catch (error) {
    // The platform did its part: whether the guest is stuck is for the hang's diagnosis to say.
    throw error instanceof RecordNotTaken ? new DeadlineExpired(deadline.limitMs, []) : error;
  }
}

/** Waits until the kernel has said of each page what became of it. */
async function pagesDone(guest: BoundGuest, from: number, batch: readonly PoisonTarget[]): Promise<void> {
  for (;;) {
    const fates = fatesOf(guest.log.slice(from).map(({ text }) => text));
    if (batch.every(({ physical }) => fates.has(physical / pageBytes))) return;
    if (guest.deadline.isOver) throw new DeadlineExpired(guest.deadline.limitMs, []);
    await sleep(1);
  }
}
