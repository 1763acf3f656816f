// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { parseBadblocks } from '../../../harness/scenario/steps/badblocks.ts';
import { InfraError } from '../../../harness/host/errors.ts';
import type { Answers } from '../../guest/fake-guest.ts';
import { firstSector, pmemStart, stepTest } from './take-step.ts';

describe('the listing of sysfs', () => {
  it.each([
    ['', []],
    ['\n', []],
    ['264 8\n', [264, 265, 266, 267, 268, 269, 270, 271]],
    ['8 1\n1024 2\n', [8, 1024, 1025]],
  ])('%j', (text, sectors) => expect(parseBadblocks(text)).toEqual(sectors));
});

const page3 = firstSector + 3 * 8;

describe.each([
  ['none', '{device: pmem0, expect: none}', ''],
  ['a page of a file', '{device: pmem0, expect: [{page: 3, file: /mnt/data}]}', `${page3} 8\n`],
  ['a page of the device', '{device: pmem0, expect: [{page: 3}]}', '24 8\n'],
  ['sectors of a page', '{device: pmem0, expect: [{page: 3, sector: 2, sectors: 3}]}', '26 3\n'],
  ['the rest of a page', '{device: pmem0, expect: [{page: 3, sector: 6}]}', '30 2\n'],
  ['a sector', '{device: pmem0, expect: [{sector: 800}]}', '800 1\n'],
  ['several', '{device: pmem0, expect: [{page: 0}, {page: 2}]}', '16 8\n0 8\n'],
  ['a page of a file on another namespace', '{device: pmem1, expect: [{page: 3, file: /mnt/data}]}', ''],
])('%s', (_what, args, listing) => {
  it('is met by exactly these sectors', async () => {
    const { take, asked } = stepTest({ read: { data: listing } });
    expect((await take(`badblocks: ${args}`)).ok).toBe(true);
    expect(asked().at(-1)).toEqual(['read', { path: `/sys/block/${args.slice(9, 14)}/badblocks` }]);
  });

  it('is not met by one sector more', async () => {
    const { take } = stepTest({ read: { data: `${listing}4000 1\n` } });
    const { ok, seen } = await take(`badblocks: ${args}`, 60);
    expect(ok).toBe(false);
    expect(seen).toContain('4000 1');
  });
});

describe('is not met', () => {
  it('by a sector that is missing', async () => {
    const { take } = stepTest({ read: { data: '24 7\n' } });
    expect(await take('badblocks: {device: pmem0, expect: [{page: 3}]}', 60)).toEqual({
      ok: false,
      wanted: 'bad blocks on pmem0: sectors 24 25 26 27 28 29 30 31',
      seen: 'START COUNT: 24 7',
    });
  });

  it('by a sector that is listed twice', async () => {
    const { take } = stepTest({ read: { data: '24 8\n24 1\n' } });
    expect((await take('badblocks: {device: pmem0, expect: [{page: 3}]}', 60)).ok).toBe(false);
  });

  it('by an empty list', async () => {
    const { take } = stepTest();
    expect((await take('badblocks: {device: pmem0, expect: [{page: 3}]}', 60)).seen).toBe('no bad blocks');
  });

  it('by a list that cannot be read, and then does not wait', async () => {
    const { take, asked } = stepTest({ read: { data: '', error: 'ENOENT' } });
    expect(await take('badblocks: {device: pmem0, expect: none}')).toEqual({
      ok: false,
      wanted: 'no bad blocks on pmem0',
      seen: 'reading /sys/block/pmem0/badblocks returned ENOENT',
    });
    expect(asked()).toHaveLength(1);
  });
});

it('waits for a bad block that a kworker adds later', async () => {
  let looks = 0;
  const { take } = stepTest({ read: () => ({ data: ++looks < 4 ? '' : '24 8\n' }) });
  expect((await take('badblocks: {device: pmem0, expect: [{page: 3}]}')).ok).toBe(true);
  expect(looks).toBe(4);
});

it('waits for half of its deadline, so that the last look has time', async () => {
  const { take } = stepTest();
  await take('badblocks: {device: pmem0, expect: [{page: 3}]}', 300);
});

it('blames the harness for a page whose place it cannot find', async () => {
  const { take } = stepTest({ extents: { extents: [], error: 'EIO' } });
  await expect(take('badblocks: {device: pmem0, expect: [{page: 3, file: /mnt/data}]}')).rejects.toThrow(InfraError);
});

describe('of a region', () => {
  const start = 0x1_0000_0000;
  const answers = (listing: string): Answers => ({
    read: ({ path }) => ({
      data: path.endsWith('/resource')
        ? `0x${start.toString(16)}\n`
        : path.endsWith('/size')
          ? `${2 ** 30}\n`
          : listing,
    }),
  });

  it('counts from the start of the region, to which the data of a namespace has an offset', async () => {
    const sector = (pmemStart - start) / 512 + page3;
    const { take, asked } = stepTest(answers(`${sector} 8\n`));
    expect((await take('badblocks: {region: region0, expect: [{page: 3, file: /mnt/data}]}')).ok).toBe(true);
    expect(asked().at(-1)).toEqual(['read', { path: '/sys/bus/nd/devices/region0/badblocks' }]);
  });

  it('takes pages and sectors of the region itself', async () => {
    const { take } = stepTest(answers('24 8\n800 1\n'));
    expect((await take('badblocks: {region: region0, expect: [{page: 3}, {sector: 800}]}')).ok).toBe(true);
  });

  it('is not met by a list that should be empty', async () => {
    const { take } = stepTest(answers('24 8\n'));
    expect(await take('badblocks: {region: region0, expect: none}', 60)).toEqual({
      ok: false,
      wanted: 'no bad blocks on region0',
      seen: 'START COUNT: 24 8',
    });
  });

  it('needs a region or a namespace, and not both', async () => {
    const { take } = stepTest();
    await expect(take('badblocks: {expect: none}')).rejects.toThrow('needs either `device` or `region`');
    await expect(take('badblocks: {device: pmem0, region: region0, expect: none}')).rejects.toThrow('needs either');
    await expect(take('badblocks: {region: region7, expect: none}')).rejects.toThrow('no region `region7`');
  });
});
