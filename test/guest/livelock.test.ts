// SPDX-License-Identifier: GPL-2.0-only
// A write that loops in the kernel, and writes that only take long.

import { describe, expect, it } from 'vitest';
import { bindGuest } from '../../harness/guest/bound-guest.ts';
import { Deadline } from '../../harness/guest/deadline.ts';
import { DeadlineExpired } from '../../harness/guest/guest-errors.ts';
import { kernelTimeOf, Livelock, writeUnlessLivelock } from '../../harness/guest/livelock.ts';
import { FakeGuest, silence, type Answers } from './fake-guest.ts';

const stat = (state: string, stime: number): string =>
  `4242 (hazmat (1) w) ${state} 1 1 1 0 -1 4194304 100 0 0 0 7 ${Math.round(stime)} 0 0 20 0 1 0 300 0 0\n`;

const written = { result: 7, call: 'write', durationMs: 1 };
const args = { path: '/sys/bus/nd/drivers/nd_pmem/unbind', data: 'pfn0.1' };

/** What becomes of a write that does not return within 2 s. */
async function endOf(answers: Answers, meanwhile: (guest: FakeGuest) => void = () => undefined): Promise<unknown> {
  const fake = new FakeGuest({ write: silence, ...answers });
  const timer = setInterval(() => meanwhile(fake), 50);
  const guest = bindGuest(fake, new Deadline(2000, () => fake.now()));
  try {
    return await writeUnlessLivelock(guest, args).catch((error: unknown) => error);
  } finally {
    clearInterval(timer);
  }
}

/** It ran in the kernel for longer than has passed: however late it is looked at, it ran all the time. */
const inKernel: Answers = { read: () => ({ data: stat('R', performance.now()) }) };

describe('a write', () => {
  it('that returns is not looked at', async () => {
    const fake = new FakeGuest({ write: written });
    const guest = bindGuest(fake, new Deadline(2000, () => fake.now()));
    expect(await writeUnlessLivelock(guest, args)).toEqual(written);
    expect(fake.asked.map(({ op }) => op)).toEqual(['write']);
  });

  it('is a livelock when its process ran in the kernel all the time and nothing else moved', async () => {
    const error = await endOf(inKernel);
    expect(error).toBeInstanceOf(Livelock);
    expect(error).toMatchObject({
      pids: [4242],
      message: expect.stringMatching(/^it ran in the kernel for \d\.\d s/) as string,
    });
  });

  it.each<[string, Answers, (guest: FakeGuest) => void]>([
    ['signals processes meanwhile', inKernel, (guest) => guest.hit({ process: 'mappers/1' })],
    ['logs meanwhile', inKernel, (guest) => guest.say('XFS (pmem0): Device is about to be removed!')],
    ['sleeps', { read: () => ({ data: stat('D', performance.now() / 10) }) }, () => undefined],
    [
      'waits for a CPU most of the time',
      { read: () => ({ data: stat('R', performance.now() / 1000) }) },
      () => undefined,
    ],
    ['cannot be looked at', { read: () => ({ data: '', call: 'open', error: 'ENOENT' }) }, () => undefined],
  ])('has until its deadline when it %s', async (_what, answers, meanwhile) => {
    const error = await endOf(answers, meanwhile);
    expect(error).toBeInstanceOf(DeadlineExpired);
    expect(error).not.toBeInstanceOf(Livelock);
  });
});

it('reads the time in the kernel behind a name with brackets', () => {
  expect(kernelTimeOf(stat('R', 12))).toBe(120);
  expect(kernelTimeOf(stat('S', 12))).toBeUndefined();
  expect(kernelTimeOf('')).toBeUndefined();
});
