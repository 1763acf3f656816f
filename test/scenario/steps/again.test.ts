// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { Replies } from '../../../harness/guest/protocol.ts';
import { stepTest } from './take-step.ts';

const hit = { signo: 7, code: 2, addr: '0x7f0000001000', lsb: 0, page: 1, touching: '0x7f0000001128' };

/** A round over the two pages of `part`. */
const round = (found: Partial<Replies['round']>): { round: Replies['round'] } => ({
  round: { seeds: [1, 1], hits: [], ...found },
});

describe('data', () => {
  const step = 'again: {processes: part}';

  it('is asked of a whole round', async () => {
    const { take, asked } = stepTest(round({}));
    expect(await take(step)).toEqual({ ok: true, seen: '2 pages touched' });
    expect(asked()).toEqual([['round', { process: 'part/1' }]]);
  });

  it.each([
    ['a signal', { seeds: [1, null], hits: [hit] }, 'part/1: SIGBUS BUS_ADRERR at page 1 (0x7f0000001000)'],
    ['other data', { seeds: [1, 77] }, 'part/1: page 1 holds pattern 77 instead of pattern 1'],
  ])('is not met by %s', async (_what, found, seen) => {
    expect(await stepTest(round(found)).take(step)).toMatchObject({ ok: false, seen });
  });
});

describe('a signal', () => {
  it('must come at every page', async () => {
    const step = 'again: {processes: part, expect: {code: BUS_ADRERR}}';
    const all = round({ seeds: [null, null], hits: [{ ...hit, page: 0 }, hit] });
    expect((await stepTest(all).take(step)).ok).toBe(true);
    const one = round({ seeds: [1, null], hits: [hit] });
    expect(await stepTest(one).take(step)).toMatchObject({ ok: false, seen: 'part/1: no signal at page 0' });
  });

  it('or at some, and data at the others', async () => {
    const step = 'again: {processes: part, expect: {code: BUS_ADRERR}, pages: [1]}';
    expect((await stepTest(round({ seeds: [1, null], hits: [hit] })).take(step)).ok).toBe(true);
    const wrong = round({ seeds: [9, null], hits: [hit] });
    expect(await stepTest(wrong).take(step)).toMatchObject({ ok: false });
    await expect(stepTest().take('again: {processes: part, pages: [1]}')).rejects.toThrow('`pages` goes with a signal');
  });
});
