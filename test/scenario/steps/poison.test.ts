// SPDX-License-Identifier: GPL-2.0-only
// poison: where the poison goes, and what becomes of the answer. The routes have tests of their own in test/poison.

import { describe, expect, it } from 'vitest';
import { InfraError } from '../../../harness/host/errors.ts';
import { firstFrame, firstSector, ran, stepTest } from './take-step.ts';

const wrote = { result: 1, call: 'write', durationMs: 1 };
const refused = (error: string): typeof wrote & { error: string } => ({ ...wrote, result: -1, error });
const frame = (page: number): string => `0x${(firstFrame + page).toString(16)}`;
const superblock = ran(0, 'agcount = 4\nagblocks = 1000\nagblklog = 10\nlogstart = 2053\n');

/** The page frames that were written to corrupt-pfn. */
const frames = (asked: [string, unknown][]): string[] =>
  asked.flatMap(([op, args]) => (op === 'write' ? [(args as { data: string }).data.trim()] : []));

describe('the target', () => {
  it.each([
    ['file: /mnt/data, page: 3', [frame(3)]],
    ['file: /mnt/data, page: 3, pages: 2', [frame(3), frame(4)]],
    ['device: pmem0, page: 5', ['0x100005']],
    ['device: pmem1, page: 5', ['0x200005']],
    ['address: "0x100007000"', ['0x100007']],
    ['mount: /mnt, block: superblock', ['0x100000']],
    ['mount: /mnt, block: ag-header', [`0x${(0x100000 + 3000).toString(16)}`]],
    ['mount: /mnt, block: log', [`0x${(0x100000 + 2005).toString(16)}`]],
    ['mount: /ext4, block: superblock', ['0x200000']],
    ['device: pmem0, block: page-map', ['0xfffff']],
  ])('{%s}', async (target, expected) => {
    const { take, asked } = stepTest({ run: superblock });
    expect((await take(`poison: {route: hwpoison, ${target}}`)).ok).toBe(true);
    expect(frames(asked())).toEqual(expected);
  });

  it('is shown down to the namespace and the physical address', async () => {
    const { seen, notes } = await stepTest().take('poison: {route: hwpoison, file: /mnt/data, page: 3}');
    expect(seen).toBe(
      'page 3 of /mnt/data = pmem0+0x1003000 = physical 0x101003000: 0x101003 > /sys/kernel/debug/hwpoison/corrupt-pfn',
    );
    expect(notes).toEqual([seen]);
  });

  it.each([
    ['a page without a block', 'file: /mnt/data, page: 3', { extents: { extents: [] } }],
    ['a file whose extents cannot be read', 'file: /mnt/data, page: 3', { extents: { extents: [], error: 'EIO' } }],
    ['an address outside of every namespace', 'address: "0x1000"', {}],
    ['a superblock that cannot be read', 'mount: /mnt, block: log', { run: ran(1, '', 'xfs_db: cannot read') }],
  ])('is the harness’s error for %s', async (_what, target, answers) => {
    await expect(stepTest(answers).take(`poison: {route: hwpoison, ${target}}`)).rejects.toThrow(InfraError);
  });
});

describe('the answer of the kernel', () => {
  it('is met by success when nothing else is expected', async () => {
    expect((await stepTest().take('poison: {route: hwpoison, device: pmem0}')).ok).toBe(true);
  });

  it('is met by the errno that is expected', async () => {
    const { take } = stepTest({ write: refused('EBUSY') });
    expect((await take('poison: {route: hwpoison, device: pmem0, returns: EBUSY}')).ok).toBe(true);
  });

  it.each([
    ['', refused('EBUSY'), 'the injection succeeds', 'returned EBUSY'],
    [', returns: EBUSY', refused('EIO'), 'the injection returns EBUSY', 'returned EIO'],
    [', returns: EBUSY', wrote, 'the injection returns EBUSY', 'it succeeded'],
  ])('{device: pmem0%s} is not met by %j', async (returns, write, wanted, seen) => {
    const { take } = stepTest({ write });
    expect(await take(`poison: {route: hwpoison, device: pmem0${returns}}`)).toMatchObject({ ok: false, wanted, seen });
  });

  it('to one of several pages ends the step', async () => {
    const { take, asked } = stepTest({ write: ({ data }) => (data.includes(frame(4)) ? refused('EBUSY') : wrote) });
    const { ok, notes } = await take('poison: {route: hwpoison, file: /mnt/data, page: 3, pages: 3}');
    expect([ok, notes?.length]).toEqual([false, 2]);
    expect(frames(asked())).toEqual([frame(3), frame(4)]);
  });
});

describe('a route with keys of its own', () => {
  it('gets them', async () => {
    const { take, asked } = stepTest();
    await take('poison: {route: badblocks, file: /mnt/data, page: 3, sector: 2, sectors: 3}');
    expect(asked().at(-1)).toEqual(['write', { path: '/sys/block/pmem0/badblocks', data: `${firstSector + 26} 3\n` }]);
  });
});

describe('a route through a process', () => {
  it('acts in the first process of the group, at the page of its mapping, once for all pages', async () => {
    const { take, asked } = stepTest({ madvise: {} });
    expect((await take('poison: {route: madvise, file: /mnt/data, page: 4, pages: 2, processes: part}')).ok).toBe(true);
    // The filesystem is not asked where the pages are: it would write them back first.
    expect(asked()).toEqual([['madvise', { process: 'part/1', page: 0, pages: 2, advice: 'hwpoison' }]]);
  });

  it('is the scenario’s mistake when the group does not map the page', async () => {
    const { take } = stepTest({ madvise: {} });
    const step = 'poison: {route: madvise, file: /mnt/data, page: 2, processes: part}';
    await expect(take(step)).rejects.toThrow('part does not map page 2 of /mnt/data');
  });
});

describe('memory of a process', () => {
  it('is wherever its mapping has it now', async () => {
    const { take, asked } = stepTest({ frame: ({ page }) => ({ frame: 0x500 + page }) });
    expect((await take('poison: {route: hwpoison, mapping: private, page: 2, pages: 2}')).ok).toBe(true);
    expect(frames(asked())).toEqual(['0x502', '0x503']);
  });

  it('cannot be poisoned where there is none', async () => {
    const { take } = stepTest({ frame: { frame: 0 } });
    const step = 'poison: {route: hwpoison, mapping: private, page: 2}';
    await expect(take(step)).rejects.toThrow('page 2 of the mapping of private/1 is not in memory');
    await expect(take('poison: {route: hwpoison, mapping: part, page: 2}')).rejects.toThrow(
      'the first process of part maps no page 2',
    );
  });

  it('has no list of bad blocks', async () => {
    const { take } = stepTest({ frame: { frame: 0x500 } });
    const step = 'poison: {route: badblocks, mapping: private, page: 2}';
    await expect(take(step)).rejects.toThrow('only a namespace has a list of bad blocks');
  });
});

it('knows parts of a BTT only in a namespace that has one', async () => {
  const { take } = stepTest();
  const step = 'poison: {route: hwpoison, device: pmem0, block: btt-map}';
  await expect(take(step)).rejects.toThrow('pmem0 is not a namespace in sector mode');
});
