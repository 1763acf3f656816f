// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { eachPatch } from '../../harness/compare/each.ts';
import { eachText } from '../../harness/report/each-text.ts';
import { crash, lost, pass, side, type Told } from '../compare/compared.ts';

const patch = (name: string, a: Told, b: Told, warnings: string[] = []): Parameters<typeof eachPatch>[1][0] => {
  return { name, kernel: `7.2+s#${name}`, side: side(`7.2+s#${name}`, { a: [a], b: [b] }), warnings };
};

test('each patch with what it changed, warnings of the compiler, and why it was not tested', () => {
  const stories = eachPatch(side('7.2', { a: [crash('f')], b: [pass] }), [
    patch('1', crash('f'), pass, ['fs/a.c: unused variable']),
    patch('2', lost, lost),
    patch('3', pass, pass),
    patch('4', pass, crash('g')),
  ]);
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

test('a series that changes nothing', () => {
  expect(eachText(eachPatch(side('7.2', { a: [pass], b: [pass] }), [patch('1', pass, pass)]))).toContain(
    'No patch changes a verdict.',
  );
});
