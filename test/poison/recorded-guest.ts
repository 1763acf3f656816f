// SPDX-License-Identifier: GPL-2.0-only
// A guest that gives its answers in order and remembers what it was asked: for what a route asks, not for what comes of it.

import type { BoundGuest } from '../../harness/guest/live-guest.ts';
import type { Op, Replies } from '../../harness/guest/protocol.ts';
import { boundGuest, type Asked } from '../guest/fake-guest.ts';

const ops: Op[] = [
  'run',
  'write',
  'read',
  'pagemap',
  'extents',
  'madvise',
  'fill',
  'spin',
  'stop',
  'touch',
  'ars-inject',
];

/** `answers`: a reply for each request, in order; the last one goes on. */
export function recordedGuest(...answers: object[]): { guest: BoundGuest; asked: Asked[] } {
  let next = 0;
  const answer = (): Replies[Op] => {
    const index = Math.min(next++, answers.length - 1);
    return answers[index] as Replies[Op];
  };
  const { guest, fake } = boundGuest(Object.fromEntries(ops.map((op) => [op, answer])));
  return { guest, asked: fake.asked };
}
