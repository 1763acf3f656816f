// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { dataStart, placeOfPage, placesOfPages } from '../../harness/poison/target.ts';
import { lay } from '../storage/lay.ts';
import { recordedGuest } from './recorded-guest.ts';

const plain = lay('- namespace: {name: pmem0}\n- ext4: {on: pmem0, at: /mnt}');

/** Two extents with a hole before, between and after them. */
const extents = [
  { logical: 4096, physical: 0x100000, length: 8192, flags: 0 },
  { logical: 16384, physical: 0x50000, length: 4096, flags: 1 },
];

it('asks the filesystem where a page lies', async () => {
  const { guest, asked } = recordedGuest({ extents });
  expect(await placeOfPage(guest, plain, '/mnt/data', 2)).toEqual({ device: 'pmem0', offset: 0x101000 });
  expect(await placeOfPage(guest, plain, '/mnt/data', 4)).toEqual({ device: 'pmem0', offset: 0x50000 });
  expect(asked[0]).toEqual({ op: 'extents', args: { file: '/mnt/data' } });
});

it('gives pages in a row in their order, wherever they lie', async () => {
  const inRow = [extents[0], { logical: 12288, physical: 0x9000, length: 4096, flags: 0 }, extents[1]];
  const { guest, asked } = recordedGuest({ extents: inRow });
  const places = await placesOfPages(guest, plain, { file: '/mnt/data', page: 1, pages: 4 });
  expect(places.map(({ offset }) => offset)).toEqual([0x100000, 0x101000, 0x9000, 0x50000]);
  expect(asked).toHaveLength(1);
});

it.each([0, 3, 5])('says so when page %d has no block', async (page) => {
  const { guest } = recordedGuest({ extents });
  await expect(placeOfPage(guest, plain, '/mnt/data', page)).rejects.toThrow(`page ${page} of /mnt/data has no block`);
});

it.each([
  ['UNKNOWN', 0x2],
  ['DELALLOC', 0x4],
  ['ENCODED', 0x8],
  ['DATA_INLINE', 0x200],
])('takes no place from an extent with %s', async (_name, flags) => {
  const { guest } = recordedGuest({ extents: [{ logical: 0, physical: 0x1000, length: 4096, flags }] });
  await expect(placeOfPage(guest, plain, '/mnt/data', 0)).rejects.toThrow('has no block');
});

it('goes down through every layer', async () => {
  const stack = lay(`
- namespace: {name: pmem0}
- namespace: {name: pmem1}
- dm-stripe: {name: s, on: [pmem0, pmem1], chunk: 64K}
- ext4: {on: s, at: /mnt}`);
  const { guest } = recordedGuest({ extents: [{ logical: 0, physical: 3 * 65536, length: 65536, flags: 0 }] });
  expect(await placeOfPage(guest, stack, '/mnt/data', 1)).toEqual({ device: 'pmem1', offset: 65536 + 4096 });
});

it('takes the innermost of filesystems that are mounted below each other', async () => {
  const stack = lay(`
- namespace: {name: pmem0}
- namespace: {name: pmem1}
- ext4: {on: pmem0, at: /mnt}
- ext4: {on: pmem1, at: /mnt/inner}`);
  const { guest } = recordedGuest({ extents });
  const device = async (file: string): Promise<string> => (await placeOfPage(guest, stack, file, 1)).device;
  expect(await Promise.all([device('/mnt/inner/a'), device('/mnt/innermost'), device('/mnt/a')])).toEqual([
    'pmem1',
    'pmem0',
    'pmem0',
  ]);
});

it('tells a file that lies nowhere, and one whose extents cannot be had', async () => {
  const { guest } = recordedGuest({ extents: [], error: 'EIO' });
  await expect(placeOfPage(guest, plain, '/tmp/a', 0)).rejects.toThrow('/tmp/a lies on no filesystem of the stack');
  await expect(placeOfPage(guest, plain, '/mnt/a', 0)).rejects.toThrow('the extents of /mnt/a cannot be had: EIO');
});

it('reads where a namespace begins from what the kernel told', () => {
  expect(dataStart({ 'pmem0 resource': '0x140000000' }, 'pmem0')).toBe(0x1_4000_0000);
  for (const told of [undefined, '', '0', '0x0', 'unknown']) {
    const facts = told === undefined ? {} : { 'pmem0 resource': told };
    expect(() => dataStart(facts, 'pmem0')).toThrow('the kernel did not tell where pmem0 lies in memory');
  }
});

it('takes the place on the realtime device, where the data of every file lies', async () => {
  const stack = lay(`
- namespace: {name: pmem0}
- namespace: {name: pmem1}
- xfs: {on: pmem0, at: /mnt, realtime: pmem1, mkfs: {reflink: false, rmapbt: false}}`);
  const { guest } = recordedGuest({ extents });
  expect(await placeOfPage(guest, stack, '/mnt/data', 2)).toEqual({ device: 'pmem1', offset: 0x101000 });
});

it('asks nobody for the pages of a devdax device', async () => {
  const stack = lay('- devdax: {name: dax1.0}');
  const { guest, asked } = recordedGuest({});
  expect(await placesOfPages(guest, stack, { file: '/dev/dax1.0', page: 3, pages: 2 })).toEqual([
    { device: 'dax1.0', offset: 3 * 4096 },
    { device: 'dax1.0', offset: 4 * 4096 },
  ]);
  expect(asked).toEqual([]);
});
