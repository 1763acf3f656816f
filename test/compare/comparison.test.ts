// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { compareSides } from '../../harness/compare/compare.ts';
import { comparisonFileSchema } from '../../harness/compare/comparison.ts';
import { eachPatch } from '../../harness/compare/each.ts';
import { comparisonJson } from '../../harness/report/comparison-json.ts';
import { crash, known, pass, side, skip, steps } from './compared.ts';

test('the schema describes everything that is printed, and nothing else', () => {
  const base = side('debian:6.12', {
    a: [{ steps: steps(['unbind pmem0', 'ok']), log: ['x'] }],
    b: [pass],
    c: [crash('g', '1', known)],
  });
  const tested = side('debian:7.2', {
    a: [crash('f', '1', { steps: steps(['unbind pmem0', 'ended']), log: ['BUG: y'] })],
    b: [skip],
    c: [crash('g', '1', known)],
  });
  const patches = eachPatch(base, [{ name: 'a.patch', kernel: '6.12+a', side: tested, warnings: ['fs/a.c: unused'] }]);
  const printed: unknown = JSON.parse(comparisonJson([compareSides(base, tested)], patches));
  // Parsing drops what the schema does not know.
  expect(comparisonFileSchema.parse(printed)).toEqual(printed);
});

test('an unknown change is refused', () => {
  const printed = comparisonJson([compareSides(side('debian:6.12', { a: [pass] }), side('debian:7.2', { a: [pass] }))]);
  expect(() => comparisonFileSchema.parse(JSON.parse(printed.replace('"unchanged"', '"same"')))).toThrow();
});
