// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { outcomesOf } from '../../harness/poison/memory-failure-log.ts';

test('each page frame has the last word that the kernel said of it', () => {
  const outcomes = outcomesOf([
    'Memory failure: 0x101219: recovery action for dax page: Recovered',
    'Memory failure: buffer overflow when queuing memory failure at 0x10121a\nMemory failure: 0x10121b: Sending SIGBUS to early:123 due to hardware memory corruption',
    'Memory failure: 0x10121c: recovery action for reserved kernel page: Ignored',
    'Memory failure: 0x10121d: recovery action for dax page: Failed',
    'Memory failure: 0x10121d: recovery action for dax page: Recovered',
  ]);
  expect([...outcomes]).toEqual([
    [0x101219, 'Recovered'],
    [0x10121a, 'lost'],
    [0x10121c, 'Ignored'],
    [0x10121d, 'Recovered'],
  ]);
});
