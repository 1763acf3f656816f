// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { eachPatch, firstChange } from '../../harness/compare/each.ts';
import { comparisonExitCode } from '../../harness/compare/compare.ts';
import { lost, crash, pass, side, type Told, unbuilt } from './compared.ts';

const patch = (
  name: string,
  shown: Record<string, Told[]>,
  warnings: string[] = [],
): Parameters<typeof eachPatch>[1][0] => ({
  name,
  kernel: `7.2+s#${name}`,
  side: side(`7.2+s#${name}`, shown),
  warnings,
});

test('each patch is compared with the last before it that could be tested', () => {
  const stories = eachPatch(side('7.2', { a: [crash('f')], b: [pass] }), [
    patch('1', { a: [crash('f')], b: [pass] }, ['fs/a.c: unused variable']),
    patch('2', { a: [lost], b: [lost] }),
    patch('3', { a: [pass], b: [pass] }),
    patch('4', { a: [pass], b: [crash('g')] }),
  ]);
  expect(stories.map(({ changes }) => changes.map(({ scenario, change }) => `${scenario} ${change}`))).toEqual([
    [],
    [],
    ['a fixed'],
    ['b regressed'],
  ]);
  expect(firstChange(stories)?.number).toBe(3);
});

test('a series that changes nothing has no first change', () => {
  expect(firstChange(eachPatch(side('7.2', { a: [pass] }), [patch('1', { a: [pass] })]))).toBeUndefined();
});

test('a patch that cannot be built is wrong even when a later one repairs it; an infrastructure error is not its fault', () => {
  const stories = eachPatch(side('7.2', { a: [pass] }), [
    patch('1', { a: [unbuilt] }),
    patch('2', { a: [lost] }),
    patch('3', { a: [pass] }),
  ]);
  expect(stories.map((story) => story.unbuilt)).toEqual([true, undefined, undefined]);
  expect([comparisonExitCode([], stories), comparisonExitCode([], stories.slice(1))]).toEqual([2, 0]);
});
