// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { CellResult } from '../../harness/results/events.ts';
import { isAboutKernel, isKnown, isLost, isUnexpected } from '../../harness/results/verdicts.ts';

type Row = [CellResult['verdict'], boolean, string[]];

test.each<Row>([
  ['pass', true, ['about the kernel']],
  ['fail', false, ['about the kernel', 'unexpected']],
  ['crash', true, ['about the kernel', 'known']],
  ['hang', false, ['about the kernel', 'unexpected']],
  ['skip', true, []],
  ['error', false, ['lost']],
  ['error', true, ['lost']],
  ['unbuilt', false, ['lost']],
])('%s, expected: %s', (verdict, expected, properties) => {
  const cell = { verdict, expected };
  const found = Object.entries({
    'about the kernel': isAboutKernel(cell),
    unexpected: isUnexpected(cell),
    known: isKnown(cell),
    lost: isLost(cell),
  });
  expect(found.flatMap(([property, holds]) => (holds ? [property] : []))).toEqual(properties);
});
