// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { InfraError } from '../../../harness/host/errors.ts';
import { stepTest } from './take-step.ts';

describe('of a pattern', () => {
  it('asks for a new pattern each time, and expects it from then on', async () => {
    const { take, asked, context } = stepTest({ pwrite: ({ length }) => ({ result: length, call: 'pwrite' }) });
    const seedOf = async (step: string): Promise<number> => {
      expect((await take(step)).ok).toBe(true);
      return (asked()[0]?.[1] as { seed: number }).seed;
    };
    const first = await seedOf('write: {file: /mnt/data, page: 1, pages: 2}');
    const second = await seedOf('write: {file: /mnt/data, page: 2, direct: true}');
    expect(asked()[0]?.[1]).toMatchObject({
      file: '/mnt/data',
      offset: 8192,
      length: 4096,
      direct: true,
      badBuffer: false,
    });
    expect(context.files.get('/mnt/data')?.seeds).toEqual([1, first, second, 1, 1, 1, 1, 1]);
    expect(first).not.toBe(second);
  });

  it.each([
    ['all', { result: 8192 }, true, 'pwrite returned all 8192 bytes'],
    ['all', { result: 4096 }, false, 'pwrite returned 4096 bytes'],
    ['all', { result: -1, error: 'EIO' }, false, 'pwrite returned EIO'],
    ['4096', { result: 4096 }, true, 'pwrite returned 4096 bytes'],
    ['EIO', { result: -1, error: 'EIO' }, true, 'pwrite returned EIO'],
    ['EIO', { result: -1, error: 'EFAULT' }, false, 'pwrite returned EFAULT'],
    ['EIO', { result: 8192 }, false, 'pwrite returned all 8192 bytes'],
  ])('that should return %s: %j', async (returns, reply, ok, seen) => {
    const { take, context } = stepTest({ pwrite: { call: 'pwrite', ...reply } });
    const report = await take(`write: {file: /mnt/data, page: 0, pages: 2, returns: ${returns}}`);
    expect(report).toMatchObject({ ok, seen });
    const written = Math.max(0, reply.result) / 4096;
    const { seeds = [] } = context.files.get('/mnt/data') ?? {};
    expect(seeds.map((seed) => seed === 1)).toEqual(seeds.map((_, page) => page >= written));
  });

  it('from a buffer that is not mapped says so to the agent', async () => {
    const { take, asked } = stepTest({ pwrite: { result: -1, call: 'pwrite', error: 'EFAULT' } });
    expect((await take('write: {file: /mnt/data, page: 0, bad-buffer: true, returns: EFAULT}')).ok).toBe(true);
    expect(asked()[0]?.[1]).toMatchObject({ badBuffer: true });
  });
});

it('from a buffer that is bad only in part says how much is good', async () => {
  const { take, asked } = stepTest({ pwrite: { result: 4096, call: 'pwrite' } });
  const step = 'write: {file: /mnt/data, page: 0, pages: 3, bad-buffer: true, good-pages: 1, returns: 4096}';
  expect((await take(step)).ok).toBe(true);
  expect(asked()[0]?.[1]).toMatchObject({ badBuffer: true, goodBytes: 4096 });
  await expect(take('write: {file: /mnt/data, page: 0, good-pages: 1}')).rejects.toThrow(
    'goes with `bad-buffer: true`',
  );
});

describe('from a mapping', () => {
  const step = 'write: {file: /mnt/other, page: 4, pages: 2, processes: part}';

  it('goes through the first process of the group, at its own page, and copies what that page should hold', async () => {
    const { take, asked, context } = stepTest({ 'write-from-mapping': { result: 8192, call: 'pwrite' } });
    context.files.get('/mnt/data')?.seeds.fill(9, 4, 5);
    expect(await take(step)).toEqual({ ok: true, seen: 'pwrite returned all 8192 bytes' });
    expect(asked()).toEqual([
      [
        'write-from-mapping',
        { process: 'part/1', page: 0, pages: 2, file: '/mnt/other', offset: 16384, direct: false },
      ],
    ]);
    expect(context.files.get('/mnt/other')?.seeds).toEqual([2, 2, 2, 2, 9, 1, 2, 2]);
  });

  it('that ends inside of a page leaves that page unknown', async () => {
    const { take, context } = stepTest({ 'write-from-mapping': { result: 4196, call: 'pwrite' } });
    expect(await take(step)).toMatchObject({ ok: false, seen: 'pwrite returned 4196 bytes' });
    expect(context.files.get('/mnt/other')?.seeds).toEqual([2, 2, 2, 2, 1, 0, 2, 2]);
  });

  it('may bypass the page cache', async () => {
    const { take, asked } = stepTest({ 'write-from-mapping': { result: 8192, call: 'pwrite' } });
    await take(step.replace('processes', 'direct: true, processes'));
    expect(asked()[0]?.[1]).toMatchObject({ direct: true });
  });

  it('shows a signal that came with the call', async () => {
    const hit = { signo: 7, code: 4, addr: '0x7f0000000000', lsb: 12 };
    const { take } = stepTest({ 'write-from-mapping': { result: -1, call: 'pwrite', error: 'EFAULT', hit } });
    const { ok, seen } = await take(step.replace('processes', 'returns: EFAULT, processes'));
    expect(ok).toBe(true);
    expect(seen).toContain('pwrite returned EFAULT, and SIGBUS BUS_MCEERR_AR');
  });

  it('blames the scenario when the group does not map the pages', async () => {
    const { take, asked } = stepTest();
    await expect(take('write: {file: /mnt/other, page: 3, processes: part}')).rejects.toThrow(InfraError);
    await expect(take('write: {file: /mnt/other, page: 5, pages: 2, processes: part}')).rejects.toThrow(
      'part does not map the pages that it should write to /mnt/other',
    );
    expect(asked()).toEqual([]);
  });
});
