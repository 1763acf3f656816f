// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { ran, stepTest } from './take-step.ts';

/** Takes a poison step in memory, with this entry of /proc/kpageflags, and looks at the page. */
async function look(flags: bigint, expected: string): ReturnType<ReturnType<typeof stepTest>['take']> {
  const { take } = stepTest({
    frame: { frame: 0x1234 },
    run: ran(0, ` ${flags.toString(16).padStart(16, '0')}\n`),
  });
  await take('poison: {route: hwpoison, mapping: part, page: 1}');
  return take(`poisoned-memory: {expect: ${expected}}`);
}

const [lru, buddy, mmap, hwpoison] = [1n << 5n, 1n << 10n, 1n << 11n, 1n << 19n];

describe('out of use', () => {
  it('is a page that is marked and on no list', async () => {
    expect(await look(hwpoison, 'out of use')).toEqual({ ok: true, seen: '0x1234: hwpoison' });
  });

  it.each([
    ['not marked', 0n, '0x1234: not marked'],
    ['free', hwpoison | buddy, '0x1234: hwpoison, buddy'],
    ['on a list', hwpoison | lru, '0x1234: hwpoison, lru'],
    ['mapped', hwpoison | mmap, '0x1234: hwpoison, mmap'],
  ])('is not one that is %s', async (_what, flags, seen) => {
    expect(await look(flags, 'out of use')).toEqual({ ok: false, wanted: 'every poisoned page is out of use', seen });
  });
});

it('is good when it is not marked', async () => {
  expect((await look(buddy, 'good')).ok).toBe(true);
  expect((await look(hwpoison, 'good')).ok).toBe(false);
});

it('needs a step that has poisoned something', async () => {
  const { take } = stepTest();
  await expect(take('poisoned-memory: {expect: good}')).rejects.toThrow('no step has poisoned memory');
});
