// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { dataStart, placeOfPage, placesOfPages } from '../../harness/poison/target.ts';
import { planStack } from '../storage/plan-stack.ts';
import { recordedGuest } from './recorded-guest.ts';

const plain = planStack('- namespace: {name: pmem0}\n- ext4: {device: pmem0, mount: /mnt}');

/** Two extents with a hole before, between and after them. */
const extents = [
  { logical: 4096, physical: 0x100000, length: 8192, flags: 0 },
  { logical: 16384, physical: 0x50000, length: 4096, flags: 1 },
];

it('asks the filesystem for the place of a page', async () => {
  const { guest, asked } = recordedGuest({ extents });
  expect(await placeOfPage(guest, plain, '/mnt/data', 2)).toEqual({ device: 'pmem0', offset: 0x101000 });
  expect(await placeOfPage(guest, plain, '/mnt/data', 4)).toEqual({ device: 'pmem0', offset: 0x50000 });
  expect(asked[0]).toEqual({ op: 'extents', args: { file: '/mnt/data' } });
});

it('returns pages in a row in their order, wherever they are', async () => {
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
  const stack = planStack(`
- namespace: {name: pmem0}
- namespace: {name: pmem1}
- dm-stripe: {name: s, devices: [pmem0, pmem1], chunk: 64K}
- ext4: {device: s, mount: /mnt}`);
  const { guest } = recordedGuest({ extents: [{ logical: 0, physical: 3 * 65536, length: 65536, flags: 0 }] });
  expect(await placeOfPage(guest, stack, '/mnt/data', 1)).toEqual({ device: 'pmem1', offset: 65536 + 4096 });
});

it('takes the innermost of filesystems that are mounted below each other', async () => {
  const stack = planStack(`
- namespace: {name: pmem0}
- namespace: {name: pmem1}
- ext4: {device: pmem0, mount: /mnt}
- ext4: {device: pmem1, mount: /mnt/inner}`);
  const { guest } = recordedGuest({ extents });
  const device = async (file: string): Promise<string> => (await placeOfPage(guest, stack, file, 1)).device;
  expect(await Promise.all([device('/mnt/inner/a'), device('/mnt/innermost'), device('/mnt/a')])).toEqual([
    'pmem1',
    'pmem0',
    'pmem0',
  ]);
});

it('reports a file on no filesystem, and one whose extents cannot be read', async () => {
  const { guest } = recordedGuest({ extents: [], error: 'EIO' });
  await expect(placeOfPage(guest, plain, '/tmp/a', 0)).rejects.toThrow('/tmp/a is on no filesystem of the stack');
  await expect(placeOfPage(guest, plain, '/mnt/a', 0)).rejects.toThrow('cannot read the extents of /mnt/a: EIO');
});

it('takes the physical address of a namespace from what the kernel reported', () => {
  expect(dataStart({ 'pmem0 resource': '0x140000000' }, 'pmem0')).toBe(0x1_4000_0000);
  for (const reported of [undefined, '', '0', '0x0', 'unknown']) {
    const facts = reported === undefined ? {} : { 'pmem0 resource': reported };
    expect(() => dataStart(facts, 'pmem0')).toThrow('the kernel did not report the physical address of pmem0');
  }
});

it('takes the place on the realtime device, which holds the data of every file', async () => {
  const stack = planStack(`
- namespace: {name: pmem0}
- namespace: {name: pmem1}
- xfs: {device: pmem0, mount: /mnt, realtime-device: pmem1, mkfs: {reflink: false, rmapbt: false}}`);
  const { guest } = recordedGuest({ extents });
  expect(await placeOfPage(guest, stack, '/mnt/data', 2)).toEqual({ device: 'pmem1', offset: 0x101000 });
});

it('asks nobody for the pages of a devdax device', async () => {
  const stack = planStack('- devdax: {name: dax1.0}');
  const { guest, asked } = recordedGuest({});
  expect(await placesOfPages(guest, stack, { file: '/dev/dax1.0', page: 3, pages: 2 })).toEqual([
    { device: 'dax1.0', offset: 3 * 4096 },
    { device: 'dax1.0', offset: 4 * 4096 },
  ]);
  expect(asked).toEqual([]);
});
