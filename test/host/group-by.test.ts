// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { groupBy } from '../../harness/host/group-by.ts';

it('groups in the order of appearance', () => {
  const groups = groupBy(['pear', 'apple', 'plum', 'avocado', 'fig'], (word) => word.charAt(0));
  expect([...groups]).toEqual([
    ['p', ['pear', 'plum']],
    ['a', ['apple', 'avocado']],
    ['f', ['fig']],
  ]);
  expect(groupBy([], String).size).toBe(0);
});
