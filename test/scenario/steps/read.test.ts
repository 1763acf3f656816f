// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { Replies } from '../../../harness/guest/protocol.ts';
import { stepTest } from './take-step.ts';

const bytes = (result: number, seeds: (number | null)[]): Replies['pread'] => ({ result, call: 'pread', seeds });
const failed = (error: string, call = 'pread'): Replies['pread'] => ({ result: -1, call, error, seeds: [] });

it.each([
  ['page: 2', { offset: 8192, length: 4096, direct: false }],
  ['page: 2, pages: 3, direct: true', { offset: 8192, length: 12288, direct: true }],
  ['offset: 100, length: 50', { offset: 100, length: 50, direct: false }],
])('reads {%s}', async (range, args) => {
  const { take, asked } = stepTest({ pread: ({ length }) => bytes(length, []) });
  expect((await take(`read: {file: /mnt/data, ${range}}`)).ok).toBe(true);
  expect(asked()).toEqual([['pread', { file: '/mnt/data', ...args }]]);
});

describe('of two pages, compares what the call returned', () => {
  const all = bytes(8192, [1, 1]);
  it.each([
    ['all', all, true, 'pread returned all 8192 bytes'],
    ['all', bytes(4096, [1]), false, 'pread returned 4096 bytes'],
    ['all', failed('EIO'), false, 'pread returned EIO'],
    ['4096', bytes(4096, [1]), true, 'pread returned 4096 bytes'],
    ['4096', all, false, 'pread returned all 8192 bytes'],
    ['0', bytes(0, []), true, 'pread returned 0 bytes'],
    ['EIO', failed('EIO'), true, 'pread returned EIO'],
    ['EIO', failed('EINVAL'), false, 'pread returned EINVAL'],
    ['EIO', all, false, 'pread returned all 8192 bytes'],
    ['EIO', failed('EIO', 'open'), true, 'open returned EIO'],
  ])('%s: %j', async (returns, reply, ok, seen) => {
    const { take } = stepTest({ pread: reply });
    const report = await take(`read: {file: /mnt/data, page: 0, pages: 2, returns: ${returns}}`);
    expect(report).toMatchObject({ ok, seen });
    expect(report.wanted).toBe(
      ok
        ? undefined
        : `pread of pages 0-1 of /mnt/data returns ${/^\d/.test(returns) ? `${returns} bytes` : returns}${returns === 'all' ? ', as written' : ''}`,
    );
  });
});

describe('compares the data', () => {
  it.each([
    ['another pattern', bytes(8192, [1, 77]), 'page 3 holds pattern 77'],
    ['no pattern', bytes(8192, [null, 1]), 'page 2 holds something else'],
    ['a short read of wrong data', bytes(4096, [77]), 'page 2 holds pattern 77'],
  ])('and reports %s', async (_what, pread, seen) => {
    const returns = pread.result === 8192 ? 'all' : pread.result;
    const report = await stepTest({ pread }).take(`read: {file: /mnt/data, page: 2, pages: 2, returns: ${returns}}`);
    expect(report).toMatchObject({ ok: false, seen });
  });

  it('of whole pages only, when it begins inside of one', async () => {
    const { take, context } = stepTest({ pread: bytes(8192, [9]) });
    context.files.get('/mnt/data')?.seeds.fill(9, 1, 2);
    expect((await take('read: {file: /mnt/data, offset: 100, length: 8192}')).ok).toBe(true);
  });

  it('but not where it is unknown', async () => {
    const { take, context } = stepTest({ pread: bytes(4096, [null]) });
    context.files.get('/mnt/data')?.seeds.fill(0, 2, 3);
    expect((await take('read: {file: /mnt/data, page: 2}')).ok).toBe(true);
  });
});

describe('to a mapping', () => {
  it('goes through the first process of the group, and the mapped file holds what was read', async () => {
    const { take, asked, context } = stepTest({ 'read-to-mapping': { result: 8192, call: 'pread' } });
    const report = await take('read: {file: /mnt/other, page: 4, pages: 2, direct: true, processes: part}');
    expect(report).toEqual({ ok: true, seen: 'pread returned all 8192 bytes' });
    expect(asked()).toEqual([
      ['read-to-mapping', { process: 'part/1', page: 0, pages: 2, file: '/mnt/other', offset: 16384, direct: true }],
    ]);
    expect(context.files.get('/mnt/data')?.seeds).toEqual([1, 1, 1, 1, 2, 2, 1, 1]);
  });

  it('needs whole pages', async () => {
    const step = 'read: {file: /mnt/other, offset: 4, length: 2, processes: part}';
    await expect(stepTest().take(step)).rejects.toThrow('`processes` needs `page`');
  });
});
