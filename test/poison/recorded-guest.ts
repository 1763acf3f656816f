// SPDX-License-Identifier: GPL-2.0-only
// A guest that answers as it is told to and remembers what it was asked: for what a route asks, not for what comes of it.

import type { Guest } from '../../harness/guest/guest.ts';

export interface Asked {
  op: string;
  args: unknown;
}

/** `answers`: a reply for each request, in order; the last one goes on. */
export function recordedGuest(...answers: object[]): { guest: Guest; asked: Asked[] } {
  const asked: Asked[] = [];
  const request = (op: string, args: unknown): Promise<unknown> => {
    asked.push({ op, args });
    return Promise.resolve(answers[Math.min(asked.length, answers.length) - 1]);
  };
  return { guest: { request } as unknown as Guest, asked };
}
