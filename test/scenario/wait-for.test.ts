// SPDX-License-Identifier: GPL-2.0-only
// Waiting for what a kworker does: until it comes, until the kernel is idle, until the deadline.

import { describe, expect, it } from 'vitest';
import type { BoundGuest } from '../../harness/guest/live-guest.ts';
import { Deadline } from '../../harness/guest/deadline.ts';
import { waitFor } from '../../harness/scenario/wait-for.ts';
import { boundGuest, type Answers } from '../guest/fake-guest.ts';

/** A guest whose clock goes on by 100 ms with each request, and by 10 ms each time that it is read; the deadlines have the same clock. */
function guestOf(answers: Answers): { guest: BoundGuest; deadline: (ms: number) => Deadline; asked: () => string[] } {
  let now = 0;
  const { guest, fake } = boundGuest({ read: { data: '', call: 'open', error: 'ENOENT' }, ...answers });
  const request: BoundGuest['request'] = (...args) => {
    now += 100;
    return guest.request(...args);
  };
  const clock = (): number => (now += 10);
  return {
    guest: Object.assign(Object.create(guest) as BoundGuest, { request, now: clock }),
    deadline: (ms) => new Deadline(ms, clock),
    asked: () => fake.asked.map(({ op }) => op),
  };
}

const idle = { tasks: [] };
const task = (pid: number): { tasks: { pid: number; state: string }[] } => ({ tasks: [{ pid, state: 'R' }] });

describe('waitFor', () => {
  it('does not ask what the kernel does when there is nothing to wait for', async () => {
    const { guest, deadline, asked } = guestOf({ busy: idle });
    expect(await waitFor(guest, deadline(10_000), () => true)).toBe(true);
    expect(asked()).toEqual([]);
  });

  it('ends when the kernel has been idle for a second, long before the deadline', async () => {
    const { guest, deadline } = guestOf({ busy: idle });
    const until = deadline(60_000);
    expect(await waitFor(guest, until, () => false)).toBe(false);
    expect(until.remainingMs).toBeGreaterThan(57_000);
    expect(until.remainingMs).toBeLessThan(59_000);
  });

  it.each<[string, Answers]>([
    ['a task is busy all the time', { busy: task(7) }],
    ['a scrub runs, which waits on a timer', { busy: idle, read: { data: '3+\n' } }],
    [
      'a scrub runs on another bus than the first',
      {
        busy: idle,
        read: ({ path }: { path: string }) =>
          path.includes('/ndbus1/') ? { data: '3+\n' } : { data: '', call: 'open', error: 'ENOENT' },
      },
    ],
  ])('waits for the deadline while %s', async (_, answers) => {
    const { guest, deadline } = guestOf(answers);
    const until = deadline(2500);
    expect(await waitFor(guest, until, () => false)).toBe(false);
    expect(until.remainingMs).toBeLessThan(400);
  });

  it('takes tasks that are busy for a moment, each another, for an idle kernel', async () => {
    let pid = 0;
    const { guest, deadline } = guestOf({ busy: () => task(++pid) });
    const until = deadline(60_000);
    expect(await waitFor(guest, until, () => false)).toBe(false);
    expect(until.remainingMs).toBeGreaterThan(50_000);
  });

  it('begins again to count when a task is busy for longer', async () => {
    let looks = 0;
    const { guest, deadline } = guestOf({ busy: () => (++looks < 30 ? task(7) : idle) });
    expect(await waitFor(guest, deadline(60_000), () => false)).toBe(false);
    expect(looks).toBeGreaterThan(34);
    expect(looks).toBeLessThan(45);
  });

  it('looks once more when the kernel is idle: what it did last counts', async () => {
    const { guest, deadline, asked } = guestOf({ busy: idle });
    let before = 0;
    const done = (): boolean => {
      const looks = asked().filter((op) => op === 'busy').length;
      const isLast = looks > before && looks > 8;
      before = looks;
      return isLast;
    };
    expect(await waitFor(guest, deadline(60_000), done)).toBe(true);
  });
});
