// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { compareSides } from '../../harness/compare/compare.ts';
import { eachPatch } from '../../harness/compare/each.ts';
import { comparisonJson } from '../../harness/report/comparison-json.ts';
import { pass, side, unbuilt } from '../compare/compared.ts';
import { comparison } from './compared-story.ts';

test('for programs: everything, with a version', () => {
  const value: unknown = JSON.parse(comparisonJson([comparison]));
  expect(value).toEqual({ version: 2, exitCode: 1, comparisons: [JSON.parse(JSON.stringify(comparison))] });
});

test('with --each, the patches are there and count in the exit code', () => {
  const base = side('debian:6.12', { a: [pass] });
  const patches = eachPatch(base, [
    { name: '1', kernel: '6.12+s#1', side: side('6.12+s#1', { a: [unbuilt] }), warnings: [] },
    { name: '2', kernel: '6.12+s#2', side: side('6.12+s#2', { a: [pass] }), warnings: [] },
  ]);
  const value: unknown = JSON.parse(comparisonJson([compareSides(base, side('6.12+s#2', { a: [pass] }))], patches));
  expect(value).toMatchObject({
    exitCode: 2,
    patches: [
      { number: 1, unbuilt: true },
      { number: 2, changes: [] },
    ],
  });
});
