// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { stepTest } from './take-step.ts';

const step = 'read-memory: {processes: part, page: 1}';

it('reads from the first process, and compares with what its file holds there', async () => {
  const { take, asked } = stepTest({ 'read-memory': { result: 4096, call: 'pread', seeds: [1] } });
  expect(await take(step)).toEqual({ ok: true, seen: 'pread returned all 4096 bytes' });
  expect(asked()).toEqual([['read-memory', { process: 'part/1', page: 1, pages: 1, filePage: 5 }]]);
});

it('is not met by other data', async () => {
  const { take } = stepTest({ 'read-memory': { result: 4096, call: 'pread', seeds: [null] } });
  expect(await take(step)).toMatchObject({ ok: false, seen: 'page 1 holds something else' });
});

it('knows the own copies of a process', async () => {
  const { take, context } = stepTest({ 'read-memory': { result: 4096, call: 'pread', seeds: [77] } });
  context.processesOf('private')[0]?.copies.set(1, 77);
  expect((await take(step.replace('part', 'private'))).ok).toBe(true);
});

it('is met by the errno that it should return', async () => {
  const { take } = stepTest({ 'read-memory': { result: -1, call: 'pread', error: 'EIO' } });
  expect((await take(step.replace('}', ', returns: EIO}'))).ok).toBe(true);
  expect((await take(step)).ok).toBe(false);
});
