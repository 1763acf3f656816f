// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { InfraError } from '../../../harness/host/errors.ts';
import { firstFrame, firstSector, ran, stepTest } from './take-step.ts';

const step = 'unpoison: {route: ars, file: /mnt/data, page: 3, pages: 2}';

it('takes the poison of each page back by its route', async () => {
  const { take, asked } = stepTest({ read: { data: 'namespace0.0\n' } });
  const { ok, notes } = await take(step);
  expect([ok, notes?.length]).toEqual([true, 2]);
  const blocks = asked().flatMap(([, args]) => {
    const { argv = [] } = args as { argv?: string[] };
    return argv.includes('--uninject') ? argv.filter((word) => word.startsWith('--block')) : [];
  });
  expect(blocks).toEqual([`--block=${firstSector + 24}`, `--block=${firstSector + 32}`]);
});

it('ends at the first page for which ndctl fails, which is no answer of the kernel', async () => {
  const { take, asked } = stepTest({ run: ran(1, '', 'no such error'), read: { data: 'namespace0.0\n' } });
  await expect(take(step)).rejects.toThrow(InfraError);
  expect(asked().filter(([op]) => op === 'run')).toHaveLength(1);
});

describe('of hwpoison', () => {
  const refused = { result: -1, call: 'write', error: 'EIO', durationMs: 1 };

  it('writes the frame where the kernel takes it back', async () => {
    const { take, asked } = stepTest();
    expect((await take('unpoison: {route: hwpoison, file: /mnt/data, page: 3}')).ok).toBe(true);
    const data = `0x${(firstFrame + 3).toString(16)}\n`;
    expect(asked().at(-1)).toEqual(['write', { path: '/sys/kernel/debug/hwpoison/unpoison-pfn', data }]);
  });

  it('is met by the error that is expected, and by no other', async () => {
    const { take } = stepTest({ write: refused });
    expect((await take('unpoison: {route: hwpoison, file: /mnt/data, page: 3, returns: EIO}')).ok).toBe(true);
    expect(await take('unpoison: {route: hwpoison, file: /mnt/data, page: 3, returns: EBUSY}')).toMatchObject({
      ok: false,
      wanted: 'it returns EBUSY',
      seen: 'returned EIO',
    });
    expect((await take('unpoison: {route: hwpoison, file: /mnt/data, page: 3}')).wanted).toBe('the poison is gone');
  });

  it('takes a page of a mapping back where it was when it was poisoned', async () => {
    let frame = 0x111;
    const { take, asked } = stepTest({ frame: () => ({ frame }) });
    await take('poison: {route: hwpoison, mapping: private, page: 3}');
    frame = 0x222;
    await take('unpoison: {route: hwpoison, mapping: private, page: 3}');
    expect(asked()).toEqual([['write', { path: '/sys/kernel/debug/hwpoison/unpoison-pfn', data: '0x111\n' }]]);
    await expect(take('unpoison: {route: hwpoison, mapping: private, page: 4}')).rejects.toThrow(
      'no step has poisoned page 4 of the mapping of private',
    );
  });
});
