// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { planList } from '../../harness/report/plan-list.ts';
import { planned } from '../results/story.ts';

test('every cell with its expected time, and every cell that is left out with the reason', () => {
  const cells = [
    planned('remove/rebind', '6.12', { expectedMs: 4200 }),
    planned('poison/load', '6.12', { repeat: 2, repeats: 3, expectedMs: 61_000 }),
    planned('poison/load', '7.2-debug'),
  ];
  const dropped = [{ id: 'x', scenario: 'remove/many', kernel: '7.2-debug', why: 'too slow' }];
  expect(planList(cells, dropped)).toMatchInlineSnapshot(`
    "3 cells, about 1m 05s of guest time, 1 not known
      6.12       remove/rebind  4.2 s
      6.12       poison/load    (2 of 3) 1m 01s
      7.2-debug  poison/load

    1 left out
      7.2-debug  remove/many    too slow
    "
  `);
  expect(planList([], [])).toBe('0 cells\n');
});

test('why a cell was chosen', () => {
  const cell = planned('remove/rebind', '6.12', { expectedMs: 4200 });
  const list = planList([cell], [], new Map([[cell.id, 'executes dax_lock() at boot']]));
  expect(list.split('\n')[1]).toBe('  6.12  remove/rebind  4.2 s  executes dax_lock() at boot');
});
