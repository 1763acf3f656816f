// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { firstFrame, stepTest } from './take-step.ts';

it('is met when every page that is present lies in the namespace', async () => {
  const { take, asked } = stepTest({ frame: ({ page }) => ({ frame: page < 2 ? firstFrame + page : 0 }) });
  expect(await take('memory: {processes: mappers, expect: pmem0}')).toEqual({ ok: true, seen: '4 pages in pmem0' });
  expect(asked()).toHaveLength(16);
});

it('is not met by a page that lies elsewhere', async () => {
  const { take } = stepTest({ frame: ({ page }) => ({ frame: page === 1 ? 0x77 : firstFrame }) });
  expect(await take('memory: {processes: part, expect: pmem0}')).toEqual({
    ok: false,
    wanted: 'all memory that part has mapped is in pmem0',
    seen: 'part/1 has pages 1 in RAM',
  });
});

it('knows memory that is in no namespace', async () => {
  const { take } = stepTest({ frame: { frame: 0x77 } });
  expect((await take('memory: {processes: part, expect: RAM}')).ok).toBe(true);
});

it('is not met when nothing is present', async () => {
  const { take } = stepTest({ frame: { frame: 0 } });
  expect((await take('memory: {processes: part, expect: RAM}')).seen).toBe('no page is present');
});

it('refuses a device that the stack does not have', async () => {
  const { take } = stepTest();
  await expect(take('memory: {processes: part, expect: pmem7}')).rejects.toThrow('this scenario has no device `pmem7`');
});
