// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { kernelLabels, shortName } from '../../harness/results/kernel-labels.ts';
import { facts } from './story.ts';

test.each([
  ['debian:6.12', '6.12'],
  ['6.12', '6.12'],
  ['image:/boot/vmlinuz,/lib/modules/6.12', 'vmlinuz'],
  ['tree:/src/linux', 'linux'],
  ['git:/src/linux@v7.2', 'linux@v7.2'],
])('%s is %s for short', (kernel, label) => {
  expect(shortName(kernel)).toBe(label);
});

test('a kernel that was found has the label it was given; one that was not has its short name', () => {
  const record = {
    kernels: ['debian:6.12', 'tree:/src/linux'],
    kernelFacts: [{ ...facts('debian:6.12'), label: 'stable' }],
  };
  expect([...kernelLabels(record)]).toEqual([
    ['debian:6.12', 'stable'],
    ['tree:/src/linux', 'linux'],
  ]);
});

test('kernels with the same short name keep their whole specs, in the order asked', () => {
  const kernels = ['tree:/b/linux', 'debian:6.1', 'tree:/a/linux'];
  expect([...kernelLabels({ kernels, kernelFacts: [] }).values()]).toEqual(['tree:/b/linux', '6.1', 'tree:/a/linux']);
});
