// SPDX-License-Identifier: GPL-2.0-only
// What the routes that need nothing but the guest ask of it.

import { describe, expect, it } from 'vitest';
import { badblocks } from '../../harness/poison/badblocks.ts';
import { hwpoison } from '../../harness/poison/hwpoison.ts';
import { madvise } from '../../harness/poison/madvise.ts';
import type { PoisonTarget } from '../../harness/poison/route.ts';
import { poisonRoutes } from '../../harness/poison/routes.ts';
import { recordedGuest } from './recorded-guest.ts';

const target: PoisonTarget = {
  base: { device: 'pmem0', offset: 0x21000 },
  length: 4096,
  physical: 0x1_4022_1000,
  process: { name: 'mappers/1', page: 3 },
  mappers: [],
  described: 'page 3 of /mnt/data',
};

describe('badblocks', () => {
  it('writes sectors, counted from the start of the namespace’s data', async () => {
    const { guest, asked } = recordedGuest({});
    expect(await badblocks.inject(guest, target, { sector: 0 })).toEqual({
      how: '264 8 > /sys/block/pmem0/badblocks',
    });
    expect(asked).toEqual([{ op: 'write', args: { path: '/sys/block/pmem0/badblocks', data: '264 8\n' } }]);
  });

  it.each([
    [{ sector: 3 }, '267 5\n'],
    [{ sector: 3, sectors: 2 }, '267 2\n'],
    [{ sector: 0, sectors: 1 }, '264 1\n'],
    [{ sector: 7 }, '271 1\n'],
  ])('writes only some sectors of the page: %j', async (options, data) => {
    const { guest, asked } = recordedGuest({});
    await badblocks.inject(guest, target, options);
    expect(asked).toMatchObject([{ args: { data } }]);
  });

  it('tells the kernel’s answer', async () => {
    const { guest } = recordedGuest({ error: 'ENOENT' });
    expect(await badblocks.inject(guest, target, { sector: 0 })).toMatchObject({ error: 'ENOENT' });
  });
});

describe('hwpoison', () => {
  it('writes the number of the page frame', async () => {
    const { guest, asked } = recordedGuest({});
    await hwpoison.inject(guest, target, {});
    expect(asked).toEqual([
      { op: 'write', args: { path: '/sys/kernel/debug/hwpoison/corrupt-pfn', data: '0x140221\n' } },
    ]);
  });

  it('writes a frame at a time, up to the first that is refused', async () => {
    const { guest, asked } = recordedGuest({}, { error: 'EBUSY' });
    const injection = await hwpoison.inject(guest, { ...target, length: 3 * 4096 }, {});
    expect(injection.error).toBe('EBUSY');
    expect(asked).toHaveLength(2);
  });
});

describe('madvise', () => {
  it('has the process do it that maps the page', async () => {
    const { guest, asked } = recordedGuest({});
    await madvise.inject(guest, target, { advice: 'hwpoison' });
    expect(asked).toEqual([{ op: 'madvise', args: { process: 'mappers/1', page: 3, pages: 1, advice: 'hwpoison' } }]);
  });

  it('takes several pages with one call', async () => {
    const { guest, asked } = recordedGuest({});
    const next = { ...target, process: { name: 'mappers/1', page: 4 } };
    const { how } = (await madvise.injectMapped?.(guest, [target, next], { advice: 'soft-offline' })) ?? { how: '' };
    expect(asked).toEqual([
      { op: 'madvise', args: { process: 'mappers/1', page: 3, pages: 2, advice: 'soft-offline' } },
    ]);
    expect(how).toBe('mappers/1 calls madvise(MADV_SOFT_OFFLINE) on its page 3 to 4');
  });
});

describe('every route', () => {
  it('has a name of its own, and a title', () => {
    expect(new Set(poisonRoutes.map(({ name }) => name)).size).toBe(poisonRoutes.length);
    for (const { title } of poisonRoutes) expect(title).toMatch(/\S/);
  });
});
