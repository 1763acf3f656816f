// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { eachPatch, firstChange } from '../../harness/compare/each.ts';
import { eachText } from '../../harness/report/each-text.ts';
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

test('each patch is compared with the last before it that could be judged', () => {
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
  expect(eachText(stories)).toMatchInlineSnapshot(`
    "Patch by patch, each compared with the one before:

    1/4  1
         new compiler warning: fs/a.c: unused variable
         no verdict changes
    2/4  2
         not tested: QEMU was killed
    3/4  3
         fixed  a: crash -> pass
    4/4  4
         REGRESSED  b: pass -> crash

    The first patch that changes a verdict is 3/4, 3.
    "
  `);
});

test('a series that changes nothing says so', () => {
  expect(eachText(eachPatch(side('7.2', { a: [pass] }), [patch('1', { a: [pass] })]))).toContain(
    'No patch changes a verdict.',
  );
});

test('a patch that cannot be built is wrong, though a later one fixes it; an infrastructure error is not the patch’s', () => {
  const stories = eachPatch(side('7.2', { a: [pass] }), [
    patch('1', { a: [unbuilt] }),
    patch('2', { a: [lost] }),
    patch('3', { a: [pass] }),
  ]);
  expect(stories.map((story) => story.unbuilt)).toEqual([true, undefined, undefined]);
  expect([comparisonExitCode([], stories), comparisonExitCode([], stories.slice(1))]).toEqual([2, 0]);
});
