// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { cxlPlaceOf, placeIn } from '../../harness/poison/cxl-place.ts';
import { recordedGuest } from './recorded-guest.ts';

const regions = `region0 0x5d0000000 0x40000000 mem1 0x1000 0x10000000
region1 0x6d0000000 0x20000000 mem0 0x1001 0x0
`;

it.each([
  [0x5d0000000, { region: 'region0', offset: 0, memdev: 'mem1', dpa: 0x10000000, bus: 12, id: 'cxl0' }],
  [0x60fffffff, { region: 'region0', offset: 0x3fffffff, memdev: 'mem1', dpa: 0x4fffffff, bus: 12, id: 'cxl0' }],
  [0x6d0001000, { region: 'region1', offset: 0x1000, memdev: 'mem0', dpa: 0x1000, bus: 28, id: 'cxl1' }],
])('finds 0x%s', (physical, { bus, id, ...place }) => {
  expect(placeIn(regions, physical)).toEqual({ ...place, device: { path: `/machine/peripheral/${id}`, bus } });
});

it.each([0x5cfffffff, 0x610000000, 0])('does not find 0x%s', (physical) => {
  expect(placeIn(regions, physical)).toBeUndefined();
});

it('takes a region that is not complete for none', () => {
  expect(placeIn('region0 0x5d0000000 0x40000000 mem0\nregion1 -\n', 0x5d0000000)).toBeUndefined();
});

it('is an error of the infrastructure where no region has the address', async () => {
  const { guest } = recordedGuest({ exit: 0, stdout: regions, stderr: '', durationMs: 1 });
  await expect(cxlPlaceOf(guest, 0x1000)).rejects.toThrow('0x1000 is in no region of a CXL device');
});
