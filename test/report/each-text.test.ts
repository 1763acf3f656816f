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

test('each patch with which of its own lines were executed, although later patches move them', () => {
  const line = (text: string, number: number) => ({ file: 'fs/dax.c', line: number, text, code: text !== '/* why */' });
  const after = (lines: ReturnType<typeof line>[], executed: number[], perhaps: number[] = []) => {
    const name = String(lines.length);
    const cells = { a: [{ coverage: { executed, perhaps } }] };
    return {
      name,
      kernel: `7.2+s#${name}`,
      side: side(`7.2+s#${name}`, cells, { changed: { lines, notes: [] } }),
      warnings: [],
    };
  };
  const first = [line('one();', 5), line('two();', 6)];
  const second = [line('/* why */', 4), line('one();', 6), line('one();', 7), line('two();', 8), line('three();', 9)];
  const stories = eachPatch(side('7.2', { a: [pass] }), [
    after(first, [0]),
    after(second, [1, 2], [4]),
    after([...second, line('/* why */', 10)], [1]),
  ]);
  expect(stories.map(({ coverage }) => coverage)).toEqual([
    { executed: 1, perhaps: 0, never: [{ file: 'fs/dax.c', line: 6, text: 'two();' }] },
    { executed: 1, perhaps: 1, never: [] },
    { executed: 0, perhaps: 0, never: [] },
  ]);
  const text = eachText(stories).split('\n');
  expect(text.filter((one) => /lines|never/.test(one)).map((one) => one.trim())).toEqual([
    '2 of its lines have code: 1 executed, 1 never',
    'never executed: fs/dax.c:6: two();',
    '2 of its lines have code: 1 executed, 1 perhaps, 0 never',
    'none of its lines has code of its own',
  ]);
});
