// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { WrongClock } from '../../harness/guest/right-clock.ts';
import { requireWorthSaving } from '../../harness/guest/worth-saving.ts';
import { FakeGuest } from './fake-guest.ts';

describe('a guest is not saved', () => {
  /** A guest whose clock is right. */
  const rightGuest = (): FakeGuest => {
    const fake: FakeGuest = new FakeGuest({
      ping: () => {
        const now = performance.now();
        fake.clock.pinged({ asked: now, heard: now, uptimeMs: now });
        return { uptimeMs: now };
      },
    });
    return fake;
  };

  it('when records of its log were lost', async () => {
    const guest = rightGuest();
    await requireWorthSaving(guest, undefined, 'restored');
    guest.logLost = true;
    await expect(requireWorthSaving(guest, undefined, 'restored')).rejects.toThrow(
      /records of the kernel log were lost/,
    );
  });

  it('when it was stopped for so long that its kernel may report a stall', async () => {
    const guest = rightGuest();
    guest.stoppedMs = 9_000;
    await requireWorthSaving(guest, undefined, 'restored');
    guest.stoppedMs = 11_000;
    await expect(requireWorthSaving(guest, undefined, 'restored')).rejects.toThrow(WrongClock);
  });
});
