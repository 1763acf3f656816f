// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { firstDifference, pairSteps } from '../../harness/compare/compare-steps.ts';
import { steps } from './compared.ts';

it('finds the first step that differs, and ignores times and addresses of those that succeeded', () => {
  const before = steps(
    ['unbind pmem0', 'ok', 'in 280.3 ms'],
    ['signals to a', 'ok', 'at 0x7f19233c8000'],
    ['unmount /mnt', 'ok'],
  );
  const after = steps(
    ['unbind pmem0', 'ok', 'in 12.1 ms'],
    ['signals to a', 'deviates', 'no signal'],
    ['unmount /mnt', 'deviates'],
  );
  expect(firstDifference(before, before)).toBeUndefined();
  expect(firstDifference(before, after)).toEqual({
    step: 'signals',
    label: 'to a',
    baseIndex: 1,
    testedIndex: 1,
    base: { outcome: 'ok', seen: 'at 0x7f19233c8000' },
    tested: { outcome: 'deviates', seen: 'no signal' },
  });
});

it('takes two deviations that differ in addresses only for the same, and others not', () => {
  const deviating = (seen: string) => steps(['signals to a', 'deviates', seen]);
  expect(firstDifference(deviating('at 0x7f19233c8000'), deviating('at 0x7f071923c000'))).toBeUndefined();
  expect(firstDifference(deviating('page 1'), deviating('page 2'))).toMatchObject({ tested: { seen: 'page 2' } });
});

it('pairs equal steps though one side has a step of its own', () => {
  const before = steps(['unbind pmem0', 'ok'], ['unmount /mnt', 'ok']);
  const after = steps(['unbind pmem0', 'ok'], ['log extra', 'ok'], ['unmount /mnt', 'deviates', 'EBUSY']);
  expect(firstDifference(before, after)).toEqual({
    step: 'log',
    label: 'extra',
    testedIndex: 1,
    tested: { outcome: 'ok', seen: 'as wanted' },
  });
  const pairs = pairSteps(before, after).map(({ base, tested }) => [base?.index, tested?.index]);
  expect(pairs).toEqual([
    [0, 0],
    [undefined, 1],
    [1, 2],
  ]);
});

it('finds the step that one side never reached', () => {
  const whole = steps(['unbind pmem0', 'ok'], ['unmount /mnt', 'ok']);
  expect(firstDifference(whole, whole.slice(0, 1))).toEqual({
    step: 'unmount',
    label: '/mnt',
    baseIndex: 1,
    base: { outcome: 'ok', seen: 'as wanted' },
  });
});
