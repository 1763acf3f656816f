// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { collectKernels, positiveInteger } from '../../harness/cli/options.ts';

it.each([
  [['6.1,6.12'], ['6.1', '6.12']],
  [
    ['6.1', '6.12'],
    ['6.1', '6.12'],
  ],
  [['debian:6.1,,7.2,'], ['debian:6.1', '7.2']],
  [['image:/b/bzImage'], ['image:/b/bzImage']],
  [['image:/b/bzImage,/lib/modules/x'], ['image:/b/bzImage,/lib/modules/x']],
  [['image:/b/bzImage,6.12'], ['image:/b/bzImage', '6.12']],
  [['image:/a,/m,image:/b,/n,6.1'], ['image:/a,/m', 'image:/b,/n', '6.1']],
  [['6.12,image:/a,/m'], ['6.12', 'image:/a,/m']],
])('reads --kernel %j', (given, kernels) => {
  expect(given.reduce<string[]>((before, text) => collectKernels(text, before), [])).toEqual(kernels);
});

it.each(['1', '12'])('takes %s', (text) => expect(positiveInteger(text)).toBe(Number(text)));

it.each(['0', '-1', '1.5', '', 'many', '1e99'])('refuses `%s`', (text) => {
  expect(() => positiveInteger(text)).toThrow('whole number of at least 1');
});
