// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { InfraError, UsageError } from '../../harness/host/errors.ts';
import type { CellResult } from '../../harness/results/events.ts';
import { requireVerdict } from '../../harness/run/explore.ts';

const cell = (verdict: CellResult['verdict'], why = ''): CellResult =>
  ({ verdict, why, expected: false }) as CellResult;

test('an exploration that says nothing about the kernel is none', () => {
  const require = (...cells: (CellResult | undefined)[]): void => {
    requireVerdict(cells, '5.10', 'found/runs/x');
  };
  expect(() => {
    require(cell('skip', 'needs recovery-write'), cell('skip', 'needs recovery-write'));
  }).toThrow(UsageError);
  expect(() => {
    require(cell('unbuilt', 'pmem.c does not compile'));
  }).toThrow('no sequence has a verdict on 5.10: pmem.c does not compile');
  expect(() => {
    require(cell('error', 'no QEMU'), undefined);
  }).toThrow(InfraError);
  expect(() => {
    require(cell('error', 'no QEMU'), cell('hang'));
  }).not.toThrow();
});
