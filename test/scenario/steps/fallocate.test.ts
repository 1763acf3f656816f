// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { stepTest } from './take-step.ts';

const done = { fallocate: { result: 0, call: 'fallocate' } };

it.each([
  ['punch-hole', 3],
  ['zero-range', 16],
  ['allocate', 0],
  ['collapse-range', 8],
  ['insert-range', 32],
  ['unshare-range', 64],
  ['write-zeroes', 128],
])('%s is mode %d of the call', async (mode, flags) => {
  const { take, asked } = stepTest(done);
  expect((await take(`fallocate: {file: /mnt/data, mode: ${mode}, page: 3, pages: 2}`)).ok).toBe(true);
  expect(asked()).toEqual([['fallocate', { file: '/mnt/data', mode: flags, offset: 12288, length: 8192 }]]);
});

describe('what the file should hold then', () => {
  const after = async (keys: string, answers: Parameters<typeof stepTest>[0] = done): Promise<unknown[]> => {
    const { take, context } = stepTest(answers);
    await take(`fallocate: {file: /mnt/data, ${keys}}`);
    const { seeds = [], parts = new Map() } = context.files.get('/mnt/data') ?? {};
    return [seeds.map((seed) => (seed === 256 ? 'z' : seed)).join(''), [...parts.keys()]];
  };

  it.each([
    ['mode: punch-hole, page: 3', '111z1111', []],
    ['mode: punch-hole, page: 6, pages: 4', '111111zz', []],
    ['mode: punch-hole, offset: 12288, length: 100', '11101111', [3]],
    ['mode: zero-range, page: 7, pages: 3', '1111111zzz', []],
    ['mode: zero-range, page: 7, pages: 3, keep-size: true', '1111111z', []],
    ['mode: allocate, page: 7, pages: 3', '11111111zz', []],
    ['mode: allocate, page: 7, pages: 3, keep-size: true', '11111111', []],
    ['mode: unshare-range, page: 1', '11111111', []],
    ['mode: collapse-range, page: 2, pages: 2', '110000', []],
    ['mode: insert-range, page: 2, pages: 2', '11zz000000', []],
  ])('%s', async (keys, seeds, parts) => expect(await after(keys)).toEqual([seeds, parts]));

  it('is the same after a call that failed', async () => {
    const fails = { fallocate: { result: -1, call: 'fallocate', error: 'EIO' } };
    expect(await after('mode: punch-hole, page: 3, returns: EIO', fails)).toEqual(['11111111', []]);
  });
});

it('names the modes that there are', async () => {
  await expect(stepTest().take('fallocate: {file: /mnt/data, mode: punch, page: 3}')).rejects.toThrow(/punch-hole/);
});
