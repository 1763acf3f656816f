// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { closest } from '../../../harness/host/yaml/closest.ts';

it.each([
  ['unbnd', 'unbind'],
  ['Unbind', 'unbind'],
  ['moutn', 'mount'],
  ['umount', 'unmount'],
  ['stpe', 'step'],
  ['lbs', undefined],
  ['x', undefined],
  ['completely-else', undefined],
])('takes %s for %s', (word, meant) =>
  expect(closest(word, ['bind', 'unbind', 'mount', 'unmount', 'step'])).toBe(meant),
);

it('takes nothing for a word when there is nothing', () => expect(closest('a', [])).toBeUndefined());
