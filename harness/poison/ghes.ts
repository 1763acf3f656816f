// SPDX-License-Identifier: GPL-2.0-only
// Firmware first: the platform writes an error record and notifies the kernel, which queues the pages for
// memory_failure() and gives nfit the bad blocks (drivers/acpi/apei/ghes.c:ghes_do_proc, ghes_handle_memory_failure;
// drivers/acpi/nfit/mce.c, 6.12). On x86 no such report is action required.

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { pageBytes, pageShift } from '../host/page.ts';
import { maxErrors, type Section } from '../firmware/cper.ts';
import { sources, type Source } from '../firmware/mailbox.ts';
import { RecordNotTaken, type Platform } from '../firmware/platform.ts';
import type { Deadline } from '../guest/deadline.ts';
import { DeadlineExpired } from '../guest/guest-errors.ts';
import type { BoundGuest } from '../guest/live-guest.ts';
import { outcomesOf } from './memory-failure-log.ts';
import { firmwareMissing, platformOf } from './platform.ts';
import { routeWithOptions, type Injection, type PoisonTarget } from './route.ts';

const options = {
  notification: z
    .enum(Object.keys(sources) as [Source, ...Source[]])
    .prefault('nmi')
    .describe('How the kernel is notified: it polls, or gets an NMI, an external interrupt or an SCI'),
  severity: z.enum(['recoverable', 'corrected', 'fatal']).prefault('recoverable').describe('Severity of the errors'),
  section: z
    .enum(['memory', 'unknown'])
    .prefault('memory')
    .describe('What the record is about: memory, or something of which only the vendor knows what it is'),
  'record-size': z.int().min(1).max(maxErrors).prefault(1).describe('Number of pages in one error record'),
  paced: z
    .boolean()
    .prefault(false)
    .describe('Wait for the outcome of each page in the kernel log before the next record is sent'),
};

interface Options {
  notification: Source;
  severity: 'recoverable' | 'corrected' | 'fatal';
  section: Section;
  'record-size': number;
  paced: boolean;
}

export const ghes = routeWithOptions({
  name: 'ghes',
  title: 'error record of the platform (GHES), with a notification by polling, NMI, interrupt or SCI',
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
  { notification, severity, section, 'record-size': size, paced }: Options,
): Promise<Injection> {
  const platform = platformOf(guest);
  const started = performance.now();
  const taken: number[] = [];
  for (let first = 0; first < targets.length; first += size) {
    const batch = targets.slice(first, first + size);
    const from = guest.log.length;
    taken.push(await deliver(platform, notification, batch, { severity, section }, guest.deadline));
    if (paced) await pagesDone(guest, from, batch);
  }
  const slowest = Math.max(...taken).toFixed(1);
  const all = (performance.now() - started).toFixed(0);
  return {
    how: `${targets.length} ${severity} in ${taken.length} records by ${notification}${paced ? ', paced' : ''}: all handled, the slowest in ${slowest} ms, ${all} ms in total`,
  };
}

async function deliver(
  platform: Platform,
  notification: Source,
  batch: readonly PoisonTarget[],
  record: Pick<Options, 'severity' | 'section'>,
  deadline: Deadline,
): Promise<number> {
  const errors = batch.map(({ physical }) => ({ address: physical, lsb: pageShift }));
  try {
    return (await platform.report(notification, errors, { ...record, withinMs: deadline.remainingMs })).takenMs;
  } catch (error) {
    // The platform did its part; the diagnosis of the hang finds out whether the guest is stuck.
    throw error instanceof RecordNotTaken ? new DeadlineExpired(deadline.limitMs, []) : error;
  }
}

/** Waits until the kernel has logged the outcome of each page. */
async function pagesDone(guest: BoundGuest, from: number, batch: readonly PoisonTarget[]): Promise<void> {
  for (;;) {
    const outcomes = outcomesOf(guest.log.slice(from).map(({ text }) => text));
    if (batch.every(({ physical }) => outcomes.has(physical / pageBytes))) return;
    if (guest.deadline.isOver) throw new DeadlineExpired(guest.deadline.limitMs, []);
    await sleep(1);
  }
}
