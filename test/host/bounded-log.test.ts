// SPDX-License-Identifier: GPL-2.0-only
// What a bounded list keeps, and that indices stay.

import { describe, expect, it } from 'vitest';
import { BoundedLog } from '../../harness/host/bounded-log.ts';

function filled(count: number): BoundedLog<number> {
  const log = new BoundedLog<number>({ head: 3, tail: 2, costOf: () => 1 });
  for (let number = 0; number < count; number++) log.push(number);
  return log;
}

describe('a bounded list', () => {
  it('keeps everything that fits', () => {
    const log = filled(5);
    expect([[...log], log.length, log.dropped]).toEqual([[0, 1, 2, 3, 4], 5, 0]);
  });

  it('keeps head and tail of what does not, and counts the rest', () => {
    const log = filled(10_000);
    expect([[...log], log.length, log.dropped]).toEqual([[0, 1, 2, 9998, 9999], 10_000, 9995]);
  });

  it('is read by index, whatever was dropped', () => {
    const log = filled(100);
    expect(log.slice(1)).toEqual([1, 2, 98, 99]);
    expect(log.slice(50)).toEqual([98, 99]);
    expect(log.slice(99)).toEqual([99]);
    expect(log.slice(100)).toEqual([]);
    expect(log.slice(0, 2)).toEqual([0, 1]);
    expect(log.slice(2, 99)).toEqual([2, 98]);
  });

  it('drops a record that is larger than the whole tail', () => {
    const log = new BoundedLog<string>({ head: 1, tail: 4, costOf: (text) => text.length });
    for (const text of ['a', 'bb', 'ccccc', 'd']) log.push(text);
    expect([[...log], log.length, log.dropped]).toEqual([['a', 'd'], 4, 2]);
  });

  it('can be cleared', () => {
    const log = filled(100);
    log.clear();
    log.push(7);
    expect([[...log], log.length, log.dropped]).toEqual([[7], 1, 0]);
  });
});
