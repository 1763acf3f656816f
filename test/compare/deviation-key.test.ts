// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { deviationKey, keysOf, mainKey } from '../../harness/compare/deviation-key.ts';
import type { Deviation } from '../../harness/results/events.ts';
import { ended, oops, planned } from '../results/story.ts';

const crash: Deviation = { kind: 'crash', step: 'unmount', title: 'Oops in f', fingerprint: 'oops:f:0123abcd' };
const fail: Deviation = { kind: 'fail', step: 'read', title: 'read page 2', wanted: 'EIO', seen: 'at 0x7f19233c8000' };

test('a crash is known by its fingerprint; its hash counts only within a kernel line', () => {
  expect(deviationKey(crash, true)).toBe('oops:f:0123abcd');
  expect(deviationKey(crash, false)).toBe('oops:f');
  expect(deviationKey({ ...crash, fingerprint: 'oops:f' }, false)).toBe('oops:f');
});

test('a crash without a function is known by title and step', () => {
  const silent: Deviation = { kind: 'crash', title: 'unexpected reboot', fingerprint: 'reboot:-:silent' };
  expect(deviationKey(silent, true)).toBe('crash||unexpected reboot');
  expect(deviationKey({ ...silent, step: 'unbind' }, true)).not.toBe(deviationKey(silent, true));
});

test('a failed expectation is known by what was expected and seen, without addresses', () => {
  expect(deviationKey(fail, true)).toBe('fail|read|read page 2|EIO|at ADDR');
  expect(deviationKey({ ...fail, seen: 'at 0x7f071923c000' }, true)).toBe(deviationKey(fail, true));
  expect(deviationKey({ ...fail, seen: 'no signal' }, true)).not.toBe(deviationKey(fail, true));
});

test('the main key of a cell is that of its verdict', () => {
  const cell = ended(planned('a', 'debian:6.1'), oops);
  expect(mainKey(cell, true)).toBe('oops:dax_disassociate_entry');
  expect(keysOf(cell, true)).toHaveLength(2);
  expect(mainKey(ended(planned('a', 'debian:6.1')), true)).toBeUndefined();
});
