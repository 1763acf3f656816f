// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { orderCells } from '../../harness/run/order-cells.ts';

const cell = (id: string, kernel: string, expectedMs?: number) => ({ id, kernel, expectedMs });

test('kernels stay in their order; of each what is not known comes first, then the longest', () => {
  const cells = [
    cell('a', '7.2', 100),
    cell('b', '6.12', 900),
    cell('c', '7.2', 300),
    cell('d', '7.2'),
    cell('e', '6.12', 1000),
    cell('f', '7.2', 300),
    cell('g', '7.2'),
  ];
  expect(orderCells(cells).map(({ id }) => id)).toEqual(['d', 'g', 'c', 'f', 'a', 'e', 'b']);
  expect(cells[0]?.id).toBe('a');
});

test('without recorded durations nothing changes', () => {
  const cells = ['a', 'b', 'c'].map((id) => cell(id, '6.12'));
  expect(orderCells(cells)).toEqual(cells);
});
