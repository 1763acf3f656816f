// SPDX-License-Identifier: GPL-2.0-only
// Where a function of an object is in the kernel.

import { expect, it } from 'vitest';
import { FunctionPlaces } from '../../../harness/kernel/lines/file-lines.ts';

const places = new FunctionPlaces({
  release: '6.12.1',
  sections: new Map([
    [
      'vmlinux .text',
      [
        { name: 'dax_lock', start: 0, size: 0x60 },
        { name: 'init_once', start: 0x100, size: 0x40 },
        { name: 'init_once', start: 0x200, size: 0x48 },
        { name: 'init_once', start: 0x300, size: 0x200 },
      ],
    ],
    ['xfs .text.unlikely', [{ name: 'xfs_a.cold', start: 8, size: 5 }]],
  ]),
});

it('is known by name and size, with padding in the image', () => {
  expect(places.find(undefined, { name: 'dax_lock', size: 0x52 })).toEqual({
    image: 'vmlinux',
    section: '.text',
    offset: 0,
  });
  expect(places.find(undefined, { name: 'dax_lock', size: 0x61 })).toBeUndefined();
  expect(places.find(undefined, { name: 'dax_lock', size: 0x20 })).toBeUndefined();
});

it('is exact in a module, and in its section', () => {
  expect(places.find('xfs', { name: 'xfs_a.cold', size: 5 })).toEqual({
    image: 'xfs',
    section: '.text.unlikely',
    offset: 8,
  });
  expect(places.find('xfs', { name: 'xfs_a.cold', size: 4 })).toBeUndefined();
  expect(places.find(undefined, { name: 'xfs_a.cold', size: 5 })).toBeUndefined();
});

it('of several that it may be it is none, unless the size tells them apart', () => {
  expect(places.find(undefined, { name: 'init_once', size: 0x3a })).toBeUndefined();
  expect(places.find(undefined, { name: 'init_once', size: 0x1f0 })?.offset).toBe(0x300);
});
