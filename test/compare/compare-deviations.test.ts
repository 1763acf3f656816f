// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { compareDeviations } from '../../harness/compare/compare-deviations.ts';
import { crash, fail, known, pass, side, type Told } from './compared.ts';

const compare = (base: Told[], tested: Told[], exact = false) => {
  const cells = (told: Told[]) => side('debian:6.12', { a: told }).cells;
  const { appeared, gone, stayed } = compareDeviations({ base: cells(base), tested: cells(tested) }, exact);
  return [appeared, gone, stayed];
};
const kinds = (sides: ReturnType<typeof compare>) => sides.map((side) => side.map(({ kind }) => kind));
const both: Told = { ...crash('f'), deviations: [...(fail('all').deviations ?? []), ...(crash('f').deviations ?? [])] };

test('deviations appear, go and stay', () => {
  expect(kinds(compare([crash('f')], [both]))).toEqual([['fail'], [], ['crash']]);
  expect(kinds(compare([both], [crash('f')]))).toEqual([[], ['fail'], ['crash']]);
  expect(kinds(compare([pass], [pass]))).toEqual([[], [], []]);
});

test('what gave a cell its verdict comes first', () => {
  expect(kinds(compare([pass], [both]))[0]).toEqual(['crash', 'fail']);
});

test('each is counted over the repetitions', () => {
  const [appeared] = compare([pass], [crash('f'), pass, crash('f')]);
  expect(appeared).toMatchObject([{ cells: 2, of: 3, known: false }]);
});

test('one is known when every cell that shows it is expected', () => {
  expect(compare([pass], [crash('f', '1', known)])[0]).toMatchObject([{ known: true }]);
  expect(compare([pass], [crash('f', '1', known), crash('f')])[0]).toMatchObject([{ known: false }]);
});

test('the hash of a stack counts only between kernels of one line', () => {
  expect(kinds(compare([crash('f', 'aaaa')], [crash('f', 'bbbb')]))).toEqual([[], [], ['crash']]);
  expect(kinds(compare([crash('f', 'aaaa')], [crash('f', 'bbbb')], true))).toEqual([['crash'], ['crash'], []]);
});
