// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { zerosSeed, type Replies } from '../../../harness/guest/protocol.ts';
import { stepTest } from './take-step.ts';

type Touched = Replies['touch'];

const hit = { signo: 7, code: 4, addr: '0x7f0000003008', lsb: 12, page: 3, touching: '0x7f0000003008' };
const signaled: Touched = { touched: 0, seeds: [], hit };

describe('a load that should get data', () => {
  it('is asked of every process, one after the other', async () => {
    const { take, asked } = stepTest();
    expect(await take('touch: {processes: mappers, page: 2, pages: 3}')).toEqual({
      ok: true,
      seen: 'mappers/1: 3 pages; mappers/2: 3 pages',
    });
    expect(asked()).toEqual(
      ['mappers/1', 'mappers/2'].map((process) => [
        'touch',
        { process, page: 2, pages: 3, how: 'load', seed: 0, thread: false },
      ]),
    );
  });

  it.each([
    ['another pattern', [1, 77, 1], 'mappers/1: page 3 holds pattern 77 instead of pattern 1'],
    ['no pattern', [1, 1, null], 'mappers/1: page 4 holds something else instead of pattern 1'],
  ])('is not met by %s', async (_what, seeds, seen) => {
    const { take, asked } = stepTest({ touch: { touched: 3, seeds } });
    const report = await take('touch: {processes: mappers, page: 2, pages: 3}');
    expect(report).toEqual({ ok: false, wanted: 'mappers/1 loads pages 2-4: data as written', seen });
    expect(asked()).toHaveLength(1);
  });

  it('is not met by a signal', async () => {
    const { take } = stepTest({ touch: signaled });
    const { ok, seen } = await take('touch: {processes: mappers, page: 3}');
    expect(ok).toBe(false);
    expect(seen).toBe('mappers/1: SIGBUS BUS_MCEERR_AR at page 3 (0x7f0000003008, lsb 12)');
  });

  it('knows the pages of a mapping that begins in the middle of its file', async () => {
    const { take, context } = stepTest({ touch: { touched: 1, seeds: [9] } });
    context.files.get('/mnt/data')?.seeds.fill(9, 5, 6);
    expect((await take('touch: {processes: part, page: 1}')).ok).toBe(true);
    expect((await take('touch: {processes: part, page: 0}')).ok).toBe(false);
  });

  it('expects of a private mapping what the process wrote itself', async () => {
    const { context, take } = stepTest({ touch: () => ({ touched: 1, seeds: [privateSeed()] }) });
    const privateSeed = (): number => context.processesOf('private')[0]?.privateSeed ?? -1;
    expect((await take('touch: {processes: private}')).ok).toBe(true);
    expect((await take('touch: {processes: part}')).ok).toBe(false);
  });

  it('accepts anything of a page whose content is unknown', async () => {
    const { take, context } = stepTest({ touch: { touched: 1, seeds: [null] } });
    context.files.get('/mnt/data')?.seeds.fill(0, 3, 4);
    expect((await take('touch: {processes: mappers, page: 3}')).ok).toBe(true);
  });
});

describe('a store', () => {
  it('changes what the file should hold, for each process another pattern', async () => {
    const { take, asked, context } = stepTest({ touch: { touched: 2, seeds: [] } });
    expect((await take('touch: {processes: mappers, page: 3, pages: 2, access: store}')).ok).toBe(true);
    const seeds = asked().map(([, args]) => (args as { seed: number }).seed);
    expect(new Set(seeds).size).toBe(2);
    const last = seeds.at(-1);
    expect(context.files.get('/mnt/data')?.seeds).toEqual([1, 1, 1, last, last, 1, 1, 1]);
  });

  it('that a signal ends has changed only the pages before it', async () => {
    const { take, context } = stepTest({ touch: { touched: 1, seeds: [], hit } });
    expect((await take('touch: {processes: part, pages: 2, access: store}')).ok).toBe(false);
    const { seeds = [] } = context.files.get('/mnt/data') ?? {};
    expect(seeds[4]).toBeGreaterThan(1);
    expect(seeds[5]).toBe(1);
  });

  it('to a private mapping changes no file', async () => {
    const { take, context, asked } = stepTest({ touch: { touched: 1, seeds: [] } });
    const [process] = context.processesOf('private');
    await take('touch: {processes: private, access: store}');
    expect(asked()[0]?.[1]).toMatchObject({ how: 'store', seed: process?.privateSeed });
    expect(context.files.get('/mnt/data')?.seeds).toEqual(Array(8).fill(1));
  });
});

describe('a touch that should get a signal', () => {
  const step = 'touch: {processes: part, page: 1, expect: {code: BUS_MCEERR_AR, address: exact, lsb: 12}}';

  it('is met by it', async () => {
    expect(await stepTest({ touch: signaled }).take(step)).toEqual({
      ok: true,
      seen: 'part/1: SIGBUS BUS_MCEERR_AR at page 3 (0x7f0000003008, lsb 12)',
    });
  });

  it.each([
    ['code', { code: 2 }],
    ['address', { addr: '0x7f0000003000' }],
    ['lsb', { lsb: 21 }],
    ['number', { signo: 11, code: 1 }],
  ])('is not met by a wrong %s', async (_what, wrong) => {
    const { take } = stepTest({ touch: { ...signaled, hit: { ...hit, ...wrong } } });
    expect((await take(step)).ok).toBe(false);
  });

  it('is not met by data', async () => {
    expect(await stepTest().take(step)).toEqual({
      ok: false,
      wanted: 'part/1 loads page 1: SIGBUS BUS_MCEERR_AR at the touched address, lsb 12',
      seen: 'part/1 got no signal',
    });
  });
});

it('asks for a thread that is not the leader', async () => {
  const { take, asked } = stepTest();
  await take('touch: {processes: part, thread: true}');
  expect(asked()[0]?.[1]).toMatchObject({ thread: true });
});

describe('a part of a page', () => {
  it('is stored to, and known from then on', async () => {
    const { take, asked, context } = stepTest({ touch: { touched: 1, seeds: [] } });
    expect((await take('touch: {processes: part, page: 1, access: store, offset: 64, length: 8}')).ok).toBe(true);
    const [, args] = asked()[0] ?? [];
    expect(args).toMatchObject({ page: 1, pages: 1, how: 'store', offset: 64, length: 8 });
    const content = context.files.get('/mnt/data');
    expect(content?.seeds[5]).toBe(0);
    expect(content?.parts.get(5)?.map(({ offset, length }) => [offset, length])).toEqual([
      [0, 64],
      [64, 8],
      [72, 4024],
    ]);
  });

  it('is loaded, and compared by the agent with what it should hold', async () => {
    const { take, asked } = stepTest({ touch: { touched: 1, seeds: [null] } });
    const { ok, seen } = await take('touch: {processes: part, offset: 0, length: 64}');
    expect([ok, seen]).toEqual([false, 'part/1: page 0 holds something else instead of pattern 1']);
    expect(asked()[0]?.[1]).toMatchObject({ how: 'load', seed: 1, offset: 0, length: 64 });
  });

  it.each([
    ['offset: 8', '`offset` goes with `length`'],
    ['offset: 8, length: 8, pages: 2', 'of one page'],
    ['offset: 4000, length: 100', 'must lie in one page'],
  ])('is refused: %s', async (keys, message) => {
    await expect(stepTest().take(`touch: {processes: part, ${keys}}`)).rejects.toThrow(message);
  });
});

describe('a private mapping', () => {
  it('that was not stored to holds what the file holds', async () => {
    const { take, context } = stepTest({ touch: { touched: 1, seeds: [1] } });
    for (const { copies } of context.processesOf('private')) copies.clear();
    expect((await take('touch: {processes: private, page: 2}')).ok).toBe(true);
  });

  it('holds zeros where the file has a hole', async () => {
    const { take, context } = stepTest({ touch: { touched: 1, seeds: [1] } });
    context.files.get('/mnt/data')?.seeds.fill(zerosSeed, 4, 5);
    const { ok, seen } = await take('touch: {processes: part}');
    expect([ok, seen]).toEqual([false, 'part/1: page 0 holds pattern 1 instead of zeros']);
  });
});
