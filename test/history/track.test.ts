// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { lineOfVersion, trackOf } from '../../harness/history/track.ts';

test('stock kernels of a line have one history, any other kernel its own', () => {
  const stock = ['6.12', 'debian:6.12', '6.12.107', 'v6.12'].map((kernel) => trackOf(kernel, '6.12.107'));
  expect(stock).toEqual(Array(4).fill('6.12'));
  expect(trackOf('7.3-rc7', '7.3-rc7')).toBe('7.3');
  expect(trackOf('debian:6.12', '')).toBe('6.12');
  for (const kernel of ['7.2+fix', 'source:6.12', 'git:/src@v6.12', 'image:/boot/vmlinuz'])
    expect(trackOf(kernel, '7.2.1')).toBe(kernel);
  expect([lineOfVersion('6.12.107'), lineOfVersion('7.3-rc7'), lineOfVersion('')]).toEqual(['6.12', '7.3', '']);
});
