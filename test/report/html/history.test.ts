// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { comparableNights, historyOf, type Night } from '../../../harness/report/html/history.ts';

type Cell = Night['cells'][number];

function night(day: number, cells: Partial<Cell>[], kernels = ['6.12']): Night {
  return {
    name: `night ${day}`,
    started: `2026-11-${String(day).padStart(2, '0')}T02:00:00.000Z`,
    interrupted: false,
    environment: { hazmat: '0.1.0', qemu: '7.2.22' },
    kernels,
    cells: cells.map((cell) => ({
      scenario: 'a',
      kernel: '6.12',
      verdict: 'pass',
      expected: true,
      durationMs: 1,
      ...cell,
    })),
  };
}

const both = [{ scenario: 'a' }, { scenario: 'b' }];

it('takes the newest runs of the same kernels and scenarios, the oldest first', () => {
  const last = night(20, both);
  const runs = [night(18, both), night(19, both), night(17, both)];
  expect(comparableNights(last, runs, 3).map(({ name }) => name)).toEqual(['night 18', 'night 19', 'night 20']);
  expect(comparableNights(last, runs, 1)).toEqual([last]);
});

it('leaves out other kernels, later runs, and runs of few of the scenarios', () => {
  const last = night(20, [...both, { scenario: 'c' }]);
  const half = night(16, both);
  const runs = [night(19, both, ['6.12', '7.2']), night(21, both), night(18, [{ scenario: 'a' }]), half];
  expect(comparableNights(last, runs, 9)).toEqual([half, last]);
});

it('has a row for each scenario and kernel, and of repetitions the worst', () => {
  const fail = { verdict: 'fail', expected: false } as const;
  const nights = [
    night(19, [{}]),
    night(20, [{}, fail, { verdict: 'error', expected: false }, { scenario: 'b', verdict: 'crash' }]),
  ];
  const { rows, nights: shown } = historyOf(nights, (name) => ['a', 'b'].indexOf(name));
  expect(rows).toEqual([
    {
      scenario: 0,
      kernel: '6.12',
      nights: [
        { verdict: 'pass', expected: true, ms: 1 },
        { ...fail, ms: 1 },
      ],
    },
    { scenario: 1, kernel: '6.12', nights: [null, { verdict: 'crash', expected: true, ms: 1 }] },
  ]);
  expect(shown[0]).toMatchObject({ run: 'night 19', tools: 'hazmat 0.1.0, QEMU 7.2.22' });
});
