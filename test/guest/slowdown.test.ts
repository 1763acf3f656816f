// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { measureSlowdown, mostSlowdown, slowdownOf } from '../../harness/guest/slowdown.ts';
import { FakeGuest } from './fake-guest.ts';

it('is 1 for a fast guest, in proportion for a slow one, and bounded', () => {
  expect([700, 5000, 10_000, 12_300].map(slowdownOf)).toEqual([1, 1, 2, 2.5]);
  expect(slowdownOf(1_765_000)).toBe(mostSlowdown);
});

it('is measured by the guest’s running time, not by what the guest says', async () => {
  let now = 0;
  class Starved extends FakeGuest {
    override now(): number {
      return now;
    }
  }
  const guest = new Starved({
    calibrate: () => {
      now += 15;
      return { microseconds: 17_650_000 };
    },
  });
  expect(await measureSlowdown(guest)).toBe(3);
});
