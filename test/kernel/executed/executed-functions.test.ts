// SPDX-License-Identifier: GPL-2.0-only
// From bytes to functions, and from phases to boot, setup and steps.

import { expect, it } from 'vitest';
import {
  executedFunctions,
  executedNames,
  sectionsByWhen,
} from '../../../harness/kernel/executed/executed-functions.ts';

const symbols = {
  release: '6.12.1',
  sections: new Map([
    [
      'xfs .text',
      [
        { name: 'xfs_a', start: 0, size: 16 },
        { name: 'xfs_b.isra.0', start: 16, size: 16 },
        { name: 'xfs_c', start: 32, size: 16 },
      ],
    ],
  ]),
};

it('a function is executed if one of its bytes is', () => {
  const executed = new Map([['xfs .text', [8, 17]]]);
  expect(executedFunctions(symbols, executed).map(({ symbol, image, bytes }) => [image, symbol.name, bytes])).toEqual([
    ['xfs', 'xfs_a', 8],
    ['xfs', 'xfs_b.isra.0', 1],
  ]);
  expect(executedNames(symbols, executed)).toEqual(new Set(['xfs_a', 'xfs_b']));
});

it('what lies in a section without symbols is no function', () => {
  expect(executedFunctions(symbols, new Map([['loop .text', [0, 100]]]))).toEqual([]);
});

it('what a fork executes before its first step is of its steps, and a reboot is a boot', () => {
  const at = (start: number) => new Map([['xfs .text', [start, start + 4]]]);
  const phases = [
    { phase: 'boot', sections: at(0) },
    { phase: 'setup', sections: at(4) },
    { phase: 'start', sections: at(100) },
    { phase: 'step', step: 0, sections: at(104) },
    { phase: 'reboot', step: 1, sections: at(200) },
  ] as const;
  expect(sectionsByWhen(phases)).toEqual({
    boot: new Map([['xfs .text', [0, 4, 200, 204]]]),
    setup: at(4),
    steps: new Map([['xfs .text', [100, 108]]]),
  });
});
