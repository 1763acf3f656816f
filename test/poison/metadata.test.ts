// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { InfraError } from '../../harness/host/errors.ts';
import {
  placeInNamespace,
  placeOfMetadata,
  placeOfPhysical,
  type MetadataWord,
} from '../../harness/poison/metadata.ts';
import type { Mount, Stack } from '../../harness/storage/layer.ts';
import { planStack } from '../storage/plan-stack.ts';
import { recordedGuest } from './recorded-guest.ts';

const stack = planStack(`
- namespace: {name: pmem0}
- partition: {device: pmem0, start: 32M}
- xfs: {device: pmem0p1, mount: /mnt, mkfs: {reflink: true, rmapbt: true}}
- devdax: {name: dax1.0}`);

function mountOf(planned: Stack): Mount {
  const [mount] = [...planned.mounts.values()];
  if (mount === undefined) throw new Error('no mount');
  return mount;
}

describe('the place of a physical address', () => {
  const facts = { 'pmem0 resource': '0x140000000', 'dax1.0 resource': '0x180400000' };

  it.each([
    [0x1_4000_0000, 'pmem0', 0],
    [0x1_4000_5000, 'pmem0', 0x5000],
    [0x1_8040_3000, 'dax1.0', 0x3000],
  ])('%i', (physical, device, offset) => expect(placeOfPhysical(facts, stack, physical)).toEqual({ device, offset }));

  it.each([0x1000, 0x1_3fff_f000, 0x1_8000_0000])('is no place of a namespace for %i', (physical) => {
    expect(() => placeOfPhysical(facts, stack, physical)).toThrow(
      `physical address 0x${physical.toString(16)} is in the data of no namespace`,
    );
  });
});

describe('the place of a block of XFS, in bytes of its partition', () => {
  const superblock = { exit: 0, stdout: 'agcount = 4\nagblocks = 1000\nagblklog = 10\nlogstart = 2053\n', stderr: '' };
  const start = 32 * 2 ** 20;

  it.each([
    ['superblock', 0],
    ['ag-header', 3 * 1000],
    ['log', 2 * 1000 + 5],
  ] as [MetadataWord, number][])('%s', async (block, blocks) => {
    const { guest } = recordedGuest(superblock);
    expect(await placeOfMetadata(guest, stack, mountOf(stack), block)).toEqual({
      device: 'pmem0',
      offset: start + blocks * 4096,
    });
  });

  it('is that of a file that is removed, for a free block', async () => {
    const extents = [{ logical: 0, physical: 0x7000, length: 4096, flags: 0 }];
    const { guest, asked } = recordedGuest({ extents });
    expect(await placeOfMetadata(guest, stack, mountOf(stack), 'free-block')).toEqual({
      device: 'pmem0',
      offset: start + 0x7000,
    });
    expect(asked.map(({ op }) => op)).toEqual(['fill', 'extents', 'run', 'run']);
  });

  it.each([
    [
      'an external log',
      { ...superblock, stdout: superblock.stdout.replace('2053', '0') },
      'the log of /mnt is external',
    ],
    ['a superblock that cannot be read', { exit: 1, stdout: '', stderr: 'no' }, 'xfs_db cannot read the superblock'],
  ])('is an error for %s', async (_what, reply, message) => {
    const { guest } = recordedGuest(reply);
    await expect(placeOfMetadata(guest, stack, mountOf(stack), 'log')).rejects.toThrow(message);
  });

  it('is known for the superblock of ext4 only', async () => {
    const other = planStack('- namespace: {name: pmem0}\n- ext4: {device: pmem0, mount: /mnt}');
    const { guest } = recordedGuest({});
    expect(await placeOfMetadata(guest, other, mountOf(other), 'superblock')).toEqual({ device: 'pmem0', offset: 0 });
    await expect(placeOfMetadata(guest, other, mountOf(other), 'log')).rejects.toThrow(InfraError);
  });
});

describe('the place of a page of a namespace', () => {
  it('is the last before its data for the page map', async () => {
    const { guest } = recordedGuest({});
    expect(await placeInNamespace(guest, stack, 'pmem0', 'page-map')).toEqual({ device: 'pmem0', offset: -4096 });
  });

  it('is the last of its data, as long as the kernel says', async () => {
    const { guest } = recordedGuest({ data: '2000\n' });
    expect(await placeInNamespace(guest, stack, 'pmem0', 'last-page')).toEqual({
      device: 'pmem0',
      offset: 2000 * 512 - 4096,
    });
  });

  it('is an error without a size, without a page map, and of another device', async () => {
    const { guest } = recordedGuest({ data: '' });
    const raw = planStack('- namespace: {name: pmem0, mode: raw}');
    await expect(placeInNamespace(guest, stack, 'pmem0', 'last-page')).rejects.toThrow(InfraError);
    await expect(placeInNamespace(guest, raw, 'pmem0', 'page-map')).rejects.toThrow('pmem0 has no page map');
    await expect(placeInNamespace(guest, stack, 'pmem0p1', 'last-page')).rejects.toThrow('is not a namespace');
  });
});
