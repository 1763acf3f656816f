// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { firstFrame, firstSector, stepTest } from './take-step.ts';

const frame = (page: number): string => `0x${(firstFrame + page).toString(16)}`;
const recovered = (page: number): string => `Memory failure: ${frame(page)}: recovery action for dax page: Recovered`;
const failed = (page: number): string => `Memory failure: ${frame(page)}: recovery action for dax page: Failed`;
const lost = (page: number): string => `Memory failure: buffer overflow when queuing memory failure at ${frame(page)}`;

const both = [recovered(0), lost(1)];

it.each([
  ['recovered', [recovered(0), recovered(1)], true],
  ['recovered', both, false],
  ['recovered', [recovered(0), failed(1)], false],
  ['recovered or lost', both, true],
  ['recovered or lost', [recovered(0), recovered(1)], true],
  ['recovered or lost', [recovered(0), failed(1)], false],
  ['recovered and lost', both, true],
  ['recovered and lost', [recovered(0), recovered(1)], false],
  ['recovered and lost', [lost(0), lost(1)], false],
] as const)('expects %s, for %j: %s', async (expected, log, ok) => {
  const { take, fake } = stepTest();
  fake.say(...log);
  expect((await take(`outcomes: {file: /mnt/data, pages: 2, expect: ${expected}}`, 100)).ok).toBe(ok);
});

it('counts each outcome, and the pages of which nothing was logged', async () => {
  const { take, fake } = stepTest({ read: { data: `${firstSector} 8\n` } });
  fake.say(recovered(0), lost(1), failed(2));
  expect(await take('outcomes: {file: /mnt/data, pages: 4, expect: recovered}', 100)).toEqual({
    ok: false,
    wanted: 'all 4 pages recovered',
    seen: '4 pages: 1 Recovered, 1 lost, 1 Failed, 1 not logged; 1 in badblocks',
  });
});

it('counts other pages for nothing', async () => {
  const { take, fake } = stepTest();
  fake.say(recovered(0), recovered(1));
  expect((await take('outcomes: {file: /mnt/data, page: 2, pages: 2, expect: recovered}', 100)).ok).toBe(false);
});

it('with badblocks, expects every sector of every page', async () => {
  const listings = [`${firstSector} 16\n`, `${firstSector} 15\n`];
  const reports = listings.map(async (data) => {
    const { take, fake } = stepTest({ read: { data } });
    fake.say(recovered(0), recovered(1));
    return take('outcomes: {file: /mnt/data, pages: 2, expect: recovered, badblocks: true}', 100);
  });
  expect(await Promise.all(reports)).toEqual([
    { ok: true, seen: '2 pages: 2 Recovered; 2 in badblocks' },
    {
      ok: false,
      wanted: 'all 2 pages recovered, all in badblocks',
      seen: '2 pages: 2 Recovered; 1 in badblocks',
    },
  ]);
});

it('waits for what a kworker logs later, and asks for the log each time', async () => {
  let looks = 0;
  const { take, asked } = stepTest({
    ping: (_args, guest) => {
      if (++looks === 3) guest.say(recovered(0));
      return { uptimeMs: 1 };
    },
  });
  expect((await take('outcomes: {file: /mnt/data, pages: 1, expect: recovered}')).ok).toBe(true);
  expect(asked().filter(([op]) => op === 'ping')).toHaveLength(3);
});

it('reports before its deadline expires', async () => {
  const { take } = stepTest();
  expect((await take('outcomes: {file: /mnt/data, pages: 1, expect: recovered}', 200)).ok).toBe(false);
});
