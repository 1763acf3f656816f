// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { kernelAxis, nightAxis } from '../../../../harness/report/html/page/shared/plot-axis.ts';

it('kernels are in the order of their versions, a release candidate before its release', () => {
  const versions = ['7.3', '6.12.118', '7.3-rc7', '6.12.9', '6.1.158', '7.3-rc10'];
  const columns = versions.map((version) => ({ run: 0, kernel: version, label: version, version }));
  const { axis, order } = kernelAxis(columns);
  expect(axis.places.map(({ label }) => label)).toEqual([
    '6.1.158',
    '6.12.9',
    '6.12.118',
    '7.3-rc7',
    '7.3-rc10',
    '7.3',
  ]);
  expect(order).toEqual([4, 3, 1, 2, 5, 0]);
  expect(axis.ticks([0, 5, 6])).toEqual(['6.1.158', '7.3', '']);
});

it('a kernel with another name has its version with it', () => {
  const columns = [{ run: 1, kernel: 'debian:6.12', label: '6.12', version: '6.12.118' }];
  expect(kernelAxis(columns).axis.places).toEqual([{ key: '1 6.12', at: 0, label: '6.12 (6.12.118)' }]);
});

it('nights have days as ticks, hours when they are close together', () => {
  const night = (started: string) => ({ run: started, started, interrupted: false, tools: '' });
  const axis = nightAxis([night('2026-11-20T02:00:00.000Z'), night('2026-11-28T02:00:00.000Z')]);
  const at = axis.places.map((place) => place.at);
  expect(at).toEqual([1795140000, 1795831200]);
  expect(axis.ticks(at).every((text) => /^\d\d-\d\d$/.test(text))).toBe(true);
  expect(axis.ticks([1795140000, 1795143600]).every((text) => /^\d\d:\d\d$/.test(text))).toBe(true);
});
