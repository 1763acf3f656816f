// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { stepTest } from './take-step.ts';

const ao = { code: 5, addr: '0x7f0000003000', page: 3, lsb: 12 };
const to = (process: string, more: object = {}): { process: string } => ({ process, ...ao, ...more });

describe('a signal to every process of the group', () => {
  const step = 'signals: {processes: mappers, code: BUS_MCEERR_AO, address: page, lsb: 12, pages: [3]}';

  it('is met when each has it', async () => {
    const { take, fake } = stepTest();
    fake.hit(to('mappers/1'));
    fake.hit(to('mappers/2'));
    expect(await take(step)).toEqual({
      ok: true,
      seen: '2 to 2 of mappers: SIGBUS BUS_MCEERR_AO at page 3 (0x7f0000003000, lsb 12)',
    });
  });

  it('names the processes that have none', async () => {
    const { take, fake } = stepTest();
    fake.hit(to('mappers/1'));
    expect(await take(step, 60)).toEqual({
      ok: false,
      wanted:
        'SIGBUS BUS_MCEERR_AO at the start of a page, lsb 12 to every process of mappers at page 3, and no other signal',
      seen: 'no signal to mappers/2',
    });
  });

  it.each([
    ['code', { code: 4 }],
    ['page', { page: 4, addr: '0x7f0000004000' }],
    ['address', { addr: '0x7f0000003008' }],
    ['lsb', { lsb: 21 }],
    ['number', { signo: 11, code: 1 }],
  ])('is not met by a wrong %s', async (_what, wrong) => {
    const { take, fake } = stepTest();
    fake.hit(to('mappers/1'));
    fake.hit(to('mappers/2', wrong));
    const { ok, seen } = await take(step, 60);
    expect(ok).toBe(false);
    expect(seen).toContain('mappers/2: SIG');
  });

  it('is not met by the right signal and a wrong one', async () => {
    const { take, fake } = stepTest();
    for (const name of ['mappers/1', 'mappers/2']) fake.hit(to(name));
    fake.hit(to('mappers/2', { code: 4 }));
    expect((await take(step, 60)).ok).toBe(false);
  });

  it('is not met by signals to other groups', async () => {
    const { take, fake } = stepTest();
    fake.hit(to('other/1'));
    expect((await take(step, 60)).ok).toBe(false);
  });

  it('waits for one that a kworker sends later', async () => {
    const { take, fake } = stepTest();
    setTimeout(() => {
      for (const name of ['mappers/1', 'mappers/2']) fake.hit(to(name));
    }, 50);
    expect((await take(step)).ok).toBe(true);
  });

  it('reports before its deadline expires', async () => {
    expect((await stepTest().take(step, 200)).ok).toBe(false);
  });

  it('lets each process handle what is pending first', async () => {
    const { take, asked, fake } = stepTest({
      touch: ({ process }, guest) => {
        guest.hit(to(process));
        return { touched: 0, seeds: [] };
      },
    });
    expect((await take(step)).ok).toBe(true);
    expect(asked().map(([, args]) => args)).toEqual(
      ['mappers/1', 'mappers/2'].map((process) => ({ process, page: 0, pages: 0, how: 'load', seed: 0 })),
    );
    expect(fake.signals).toHaveLength(2);
  });

  it('shows no more than four wrong signals', async () => {
    const { take, fake } = stepTest();
    for (let count = 0; count < 6; count++) fake.hit(to('mappers/1', { code: 4 }));
    expect((await take(step, 60)).seen).toMatch(/(mappers\/1: [^;]+; ){4}and 2 more$/);
  });
});

it('every: false is met by one process', async () => {
  const { take, fake } = stepTest();
  fake.hit(to('mappers/2'));
  expect((await take('signals: {processes: mappers, code: BUS_MCEERR_AO, every: false}')).ok).toBe(true);
  const none = stepTest();
  expect((await none.take('signals: {processes: mappers, code: BUS_MCEERR_AO, every: false}', 60)).ok).toBe(false);
});

describe('no signal', () => {
  const step = 'signals: {processes: mappers, expect: none}';

  it('is met when none came', async () => {
    expect(await stepTest().take(step)).toEqual({ ok: true, seen: 'no signal to mappers' });
  });

  it('is not met by any', async () => {
    const { take, fake } = stepTest();
    fake.hit(to('mappers/2'));
    expect(await take(step)).toMatchObject({ ok: false, wanted: 'no signal to mappers' });
  });

  it('is met when only other groups got some', async () => {
    const { take, fake } = stepTest();
    fake.hit(to('other/1'));
    expect((await take(step)).ok).toBe(true);
  });

  it('is met after a touch that reported its own signal', async () => {
    const hit = { signo: 7, code: 4, addr: '0x7f0000003000', lsb: 12, page: 3, touching: '0x7f0000003000' };
    const { take, fake } = stepTest({
      touch: ({ process, pages }) => {
        if (pages > 0) fake.hit({ ...hit, process });
        return pages > 0 ? { touched: 0, seeds: [], hit } : { touched: 0, seeds: [] };
      },
    });
    await take('touch: {processes: mappers, page: 3, expect: {code: BUS_MCEERR_AR}}');
    expect((await take(step)).ok).toBe(true);
  });
});

describe('a number of signals', () => {
  const step = (keys: string): string => `signals: {processes: mappers, code: BUS_MCEERR_AO, ${keys}}`;

  it('is of each process', async () => {
    const { take, fake } = stepTest();
    for (const name of ['mappers/1', 'mappers/2']) fake.hit(to(name));
    expect((await take(step('count: 1'), 60)).ok).toBe(true);
    fake.hit(to('mappers/2'));
    expect(await take(step('count: 1'), 60)).toEqual({
      ok: false,
      wanted: 'exactly 1 of SIGBUS BUS_MCEERR_AO to every process of mappers, and no other signal',
      seen: 'mappers/2 got 2',
    });
  });

  it('is of each page', async () => {
    const { take, fake } = stepTest();
    for (const name of ['mappers/1', 'mappers/2'])
      for (const page of [3, 5]) fake.hit(to(name, { page, addr: `0x7f000000${page}000` }));
    expect((await take(step('pages: [3, 5], per-page: true'), 60)).ok).toBe(true);
    fake.hit(to('mappers/1', { page: 5, addr: '0x7f0000005000' }));
    const { ok, seen } = await take(step('pages: [3, 5], per-page: true'), 60);
    expect([ok, seen]).toEqual([false, 'mappers/1 got 2 at page 5']);
    await expect(take(step('per-page: true'))).rejects.toThrow('`per-page` goes with `pages`');
  });

  it('has nothing of what a thread runs into that touches over and over', async () => {
    const { take, fake } = stepTest();
    for (const name of ['mappers/1', 'mappers/2']) fake.hit(to(name));
    fake.hit(to('mappers/1', { code: 2, again: true }));
    expect((await take(step('count: 1'), 60)).ok).toBe(true);
  });
});
