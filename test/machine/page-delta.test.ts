// SPDX-License-Identifier: GPL-2.0-only
import { randomBytes, randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { applyDelta, deltaOf } from '../../harness/machine/page-delta.ts';

const page = (fill = 0): Buffer => Buffer.alloc(4096, fill);

function changed(was: Buffer, delta: Buffer | undefined): Buffer {
  const now = Buffer.from(was);
  applyDelta(now, delta ?? expect.unreachable('no delta'));
  return now;
}

it('has the lengths of equal and of changed bytes by turns, and the changed bytes', () => {
  const now = page();
  now.fill(7, 0, 2);
  now.fill(8, 200, 202);
  expect([...(deltaOf(page(), now) ?? [])]).toEqual([0, 2, 7, 7, 0xc6, 1, 2, 8, 8]);
  expect([...(deltaOf(page(), Buffer.from(page()).fill(9, 4095)) ?? [])]).toEqual([0xff, 0x1f, 1, 9]);
});

it('repeats equal bytes between two changes that are close to each other', () => {
  const now = page();
  for (const at of [10, 14, 19]) now[at] = 1;
  expect([...(deltaOf(page(), now) ?? [])]).toEqual([10, 5, 1, 0, 0, 0, 1, 4, 1, 1]);
});

it('makes of the page what it became, whatever changed', () => {
  for (let round = 0; round < 300; round++) {
    const was = round % 2 === 0 ? randomBytes(4096) : page(round);
    const now = Buffer.from(was);
    for (let change = randomInt(1, 40); change > 0; change--) {
      const at = randomInt(4096);
      randomBytes(randomInt(1, 60)).copy(now, at);
    }
    now[0] = (was[0] ?? 0) ^ 1;
    expect(changed(was, deltaOf(was, now)).equals(now), String(round)).toBe(true);
  }
});

it('is none when the page itself is as short', () => {
  expect(deltaOf(randomBytes(4096), randomBytes(4096))).toBeUndefined();
});

it.each([
  ['beyond the page', [0xff, 0x1f, 2, 1, 1]],
  ['without the bytes', [0, 9, 1]],
  ['without a change', [3, 0]],
  ['that is cut', [3]],
])('is refused when it is one %s', (_what, bytes) => {
  expect(() => {
    applyDelta(page(), Buffer.from(bytes));
  }).toThrow(RangeError);
});
