// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { bindGuest } from '../../harness/guest/bound-guest.ts';
import { Deadline } from '../../harness/guest/deadline.ts';
import { DeadlineExpired } from '../../harness/guest/guest-errors.ts';
import { FakeGuest, silence } from './fake-guest.ts';

describe('a deadline', () => {
  it('is over when its time is up, by the clock that it is given', () => {
    let now = 1000;
    const deadline = new Deadline(500, () => now);
    expect([deadline.remainingMs, deadline.isOver]).toEqual([500, false]);
    now = 1400;
    expect(deadline.part(1 / 2).remainingMs).toBe(50);
    now = 2000;
    expect([deadline.remainingMs, deadline.isOver]).toEqual([0, true]);
  });

  it('polls until the answer is yes', async () => {
    let looks = 0;
    expect(await new Deadline(10_000).poll(() => ++looks === 3, 1)).toBe(true);
    expect(looks).toBe(3);
  });

  it('polls at least once, and not past its end', async () => {
    let looks = 0;
    const no = (): boolean => {
      looks++;
      return false;
    };
    expect(await new Deadline(0).poll(no)).toBe(false);
    expect(looks).toBe(1);
    expect(await new Deadline(30).poll(no, 10)).toBe(false);
    expect(looks).toBeGreaterThan(1);
  });
});

describe('a bound guest', () => {
  it('gives every request what is left of the deadline', async () => {
    const fake = new FakeGuest({ read: { data: 'x' }, run: silence });
    const guest = bindGuest(fake, new Deadline(40));
    expect(await guest.request('read', { path: '/proc/cmdline' })).toEqual({ data: 'x' });
    const late = guest.request('run', { argv: ['sleep', '9'] });
    await expect(late).rejects.toThrow(DeadlineExpired);
    // The reader knows the limit of the step, not what was left of it.
    await expect(late).rejects.toMatchObject({ milliseconds: 40, pids: [4242] });
  });

  it('leaves a shorter limit of a request alone', async () => {
    const guest = bindGuest(new FakeGuest({ run: silence }), new Deadline(60_000));
    await expect(guest.request('run', { argv: ['true'] }, { withinMs: 10 })).rejects.toMatchObject({
      milliseconds: 10,
    });
  });

  it('shows the log and the signals as they are now', () => {
    const fake = new FakeGuest();
    const guest = bindGuest(fake, new Deadline(1000));
    fake.say('XFS (pmem0): Ending clean mount');
    fake.hit({ process: 'mappers/1' });
    expect([guest.log.length, guest.signals.length]).toEqual([1, 1]);
  });
});
