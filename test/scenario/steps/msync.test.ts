// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { stepTest } from './take-step.ts';

it('is asked of each process, one after the other', async () => {
  const { take, asked } = stepTest({ msync: { result: 0, call: 'msync' } });
  expect((await take('msync: {processes: mappers, page: 1, pages: 2}')).ok).toBe(true);
  expect(asked()).toEqual(['mappers/1', 'mappers/2'].map((process) => ['msync', { process, page: 1, pages: 2 }]));
});

it('shows what it returned, and a signal that came with it', async () => {
  const hit = { signo: 7, code: 4, addr: '0x7f0000000000', lsb: 12 };
  const { take } = stepTest({ msync: { result: -1, call: 'msync', error: 'EIO', hit } });
  const { ok, seen, wanted } = await take('msync: {processes: part, page: 0}');
  expect(ok).toBe(false);
  expect(seen).toContain('msync returned EIO, and SIGBUS BUS_MCEERR_AR');
  expect(wanted).toBe('msync of page 0 by part/1 succeeds');
});
