// SPDX-License-Identifier: GPL-2.0-only
// How much of what a guest sends unasked is kept in memory: a program in it can write to /dev/kmsg without end, and a kernel can
// signal without end.

import { BoundedLog } from '../host/bounded-log.ts';
import type { KernelRecord, SignalMessage } from './live-guest.ts';

const mebi = 1 << 20;
/** What a record costs besides its text. Bytes. */
const recordBytes = 200;
/** More than several processes can have pages mapped in a guest of 1 GiB. */
const mostSignals = 300_000;

/** Keeps the head of a kernel log, where a crash begins what follows from it, and its tail, where it ended. */
export function newKernelLog(): BoundedLog<KernelRecord> {
  return new BoundedLog({ head: 16 * mebi, tail: 16 * mebi, costOf: ({ text }) => recordBytes + text.length });
}

export function newSignalLog(): BoundedLog<SignalMessage> {
  return new BoundedLog({ head: mostSignals, tail: 0, costOf: () => 1 });
}
