// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { requireRightClock, WrongClock } from '../../harness/guest/right-clock.ts';
import { FakeGuest } from './fake-guest.ts';

describe('a guest that is to be saved', () => {
  /** A guest whose clock is `rate` times as fast as the host's. */
  const guestAt = (rate: number): FakeGuest => {
    const fake: FakeGuest = new FakeGuest({
      ping: () => {
        const now = performance.now();
        fake.clock.pinged({ asked: now, heard: now, uptimeMs: now * rate });
        return { uptimeMs: now * rate };
      },
    });
    return fake;
  };

  it('has its clock compared for half a second at least', async () => {
    const guest = guestAt(1);
    await requireRightClock(guest, 2_596_000, 'booted');
    expect(guest.clock.spanMs).toBeGreaterThan(450);
  });

  it('is not kept when its clock is wrong, or its kernel says so', async () => {
    await expect(requireRightClock(guestAt(5), undefined, 'restored')).rejects.toThrow(/5\.0 times the host's/);
    await expect(requireRightClock(guestAt(0.2), undefined, 'restored')).rejects.toThrow(WrongClock);
    const guest = guestAt(1);
    guest.say('tsc: PIT calibration deviates from PMTIMER: 518290 2596103');
    await expect(requireRightClock(guest, undefined, 'booted')).rejects.toThrow(/PIT calibration deviates/);
  });
});
