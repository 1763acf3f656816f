// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { clockComplaint, GuestClock } from '../../harness/guest/clock.ts';

/** What a 6.12 logs under TCG without tsc_early_khz on a quiet host. */
const right = [
  'tsc: Fast TSC calibration failed',
  'tsc: Unable to calibrate against PIT',
  'tsc: using PMTIMER reference calibration',
  'tsc: Detected 2589.757 MHz processor',
  'clocksource: Switched to clocksource tsc-early',
  'tsc: Refined TSC clocksource calibration: 2596.103 MHz',
];

describe('the log of a boot', () => {
  it('of a quiet host complains of nothing', () => {
    expect(clockComplaint(right)).toBeUndefined();
    expect(clockComplaint(right, 2_596_000)).toBeUndefined();
  });

  it.each([
    'tsc: PIT calibration deviates from PMTIMER: 518290 2596103',
    "clocksource: timekeeping watchdog on CPU1: Marking clocksource 'tsc' as unstable because the skew is too large:",
    'tsc: Marking TSC unstable due to clocksource watchdog',
  ])('that complains counts: %s', (line) => {
    expect(clockComplaint([...right, line])).toBe(line);
  });

  it('shows a frequency that is not the one that it was told, or not always the same', () => {
    const off = 'tsc: Detected 76.110 MHz processor';
    expect(clockComplaint([off], 2_596_000)).toBe(off);
    expect(clockComplaint([off])).toBeUndefined();
    expect(clockComplaint([off, ...right.slice(-1)])).toBe(right.at(-1));
  });
});

describe('a clock that is compared', () => {
  const clock = (...readings: [asked: number, heard: number, uptimeMs: number][]): GuestClock => {
    const made = new GuestClock();
    for (const [asked, heard, uptimeMs] of readings) made.pinged({ asked, heard, uptimeMs });
    return made;
  };

  it('is known between two answers, from the last one on', () => {
    expect(clock([0, 10, 5000], [1000, 1010, 6004]).uptimeAt(1110)).toBe(6104);
    expect(new GuestClock().uptimeAt(0)).toBeUndefined();
  });

  it('is right when it goes on as the host does, however late the answers come', () => {
    expect(clock([0, 10, 5000], [1000, 1010, 6004]).wrong).toBeUndefined();
    // The first answer was read right away and came late, the second the other way round.
    expect(clock([0, 900, 5000], [1000, 1010, 6005]).wrong).toBeUndefined();
    expect(clock([0, 10, 5000], [1000, 1900, 6890]).wrong).toBeUndefined();
  });

  it('is too fast when it went on by more than there can have been', () => {
    const fast = clock([0, 10, 5000], [1000, 1010, 39_000]);
    expect(fast.tooFast).toBe("the guest's clock is wrong: it went on by 34.00 s in 1.01 s (33.7 times the host's)");
    expect(fast.wrong).toBe(fast.tooFast);
  });

  it('is too slow only where the guest was not paused', () => {
    const slow = clock([0, 10, 5000], [1000, 1010, 5200]);
    expect(slow.tooFast).toBeUndefined();
    expect(slow.wrong).toContain('0.20 s in 0.99 s');
  });

  it('is compared with every beat, and begins again after a reboot', () => {
    const made = clock([0, 10, 5000]);
    made.beat(1000, 6000);
    expect(made.tooFast).toBeUndefined();
    made.restarted();
    made.beat(2000, 60_000);
    made.pinged({ asked: 2000, heard: 2010, uptimeMs: 100 });
    expect(made.wrong).toBeUndefined();
    made.beat(2500, 5000);
    expect(made.tooFast).toContain('9.8 times');
  });
});
