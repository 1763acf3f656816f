// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { renderError } from '../../../harness/host/errors.ts';
import { parseYaml } from '../../../harness/host/yaml/yaml.ts';
import { planMatrix, type Matrix } from '../../../harness/run/matrix/load-matrix.ts';

const matrix = (text: string, repeats?: (inFile: number) => number): Matrix =>
  planMatrix(parseYaml(text, 'm.yaml'), repeats);

function ids({ cells }: Matrix): string[] {
  return cells.map(({ id }) => id);
}

function refused(text: string): string {
  try {
    return JSON.stringify(ids(matrix(text)));
  } catch (error) {
    return renderError(error);
  }
}

const two = `
kernels: ["6.1", "6.12"]
scenarios: [remove/ext4, poison/ars]
`;

test('every scenario on every kernel, kernel by kernel', () => {
  expect(ids(matrix(two))).toEqual(['6.1 remove/ext4', '6.1 poison/ars', '6.12 remove/ext4', '6.12 poison/ars']);
  expect(ids(matrix('kernels: ["6.12"]')).length).toBeGreaterThan(100);
  expect(ids(matrix('kernels: ["6.12"]\nscenarios: [remove/ext4, remove, pre-remove]'))).toContain(
    '6.12 remove/rebind-and-remount',
  );
  const names = ids(matrix('kernels: ["6.12"]\nscenarios: [remove/ext4, remove]'));
  expect(new Set(names).size).toBe(names.length);
});

test('a kernel can have a series, a configuration, words on its command line and a name', () => {
  const { variants, cells } = matrix(`
kernels:
  - {kernel: "7.2", series: kernels/series/xfs-notify-failure-range}
  - {kernel: "source:6.12", config: [kasan, lockdep]}
  - {kernel: "6.12", append: nokaslr, name: 6.12-nokaslr}
scenarios: [remove/ext4]
`);
  expect(variants.map(({ name, spec, config, append }) => [name, spec, config, append])).toEqual([
    ['7.2+kernels/series/xfs-notify-failure-range', '7.2+kernels/series/xfs-notify-failure-range', [], ''],
    ['source:6.12 (kasan lockdep)', 'source:6.12', ['kasan', 'lockdep'], ''],
    ['6.12-nokaslr', '6.12', [], 'nokaslr'],
  ]);
  expect(cells.map(({ reproduce }) => reproduce)).toEqual([
    'npx hazmat run remove/ext4 --kernel 7.2+kernels/series/xfs-notify-failure-range',
    'npx hazmat run remove/ext4 --kernel source:6.12 --config kasan,lockdep',
    'npx hazmat run remove/ext4 --kernel 6.12 --append nokaslr',
  ]);
});

test('parameters multiply the kernels, with repetitions of their own', () => {
  const { cells, variants } = matrix(`
kernels: [{kernel: "6.12", append: quiet}]
scenarios: [remove/ext4]
repeat: 2
parameters: [{name: plain}, {name: once, append: nokaslr, repeat: 1}]
`);
  expect(cells.map(({ id }) => id)).toEqual([
    '6.12 [plain] remove/ext4 #1',
    '6.12 [plain] remove/ext4 #2',
    '6.12 [once] remove/ext4',
  ]);
  expect(variants.map(({ append }) => append)).toEqual(['quiet', 'quiet nokaslr']);
  expect(matrix(two, (inFile) => inFile + 2).cells).toHaveLength(12);
});

test('include adds cells of some kernels, exclude leaves cells out with the first reason that fits', () => {
  const { cells, dropped } = matrix(`${two}
include: [{kernels: ["6.12"], scenarios: [remove/dm-linear], because: it is new}]
exclude:
  - {kernels: ["6.1"], scenarios: [poison], because: too slow}
  - {scenarios: [poison/ars], because: broken here}
`);
  expect(cells.map(({ id }) => id)).toEqual(['6.1 remove/ext4', '6.12 remove/ext4', '6.12 remove/dm-linear']);
  expect(dropped).toEqual([
    { id: '6.1 poison/ars', kernel: '6.1', scenario: 'poison/ars', why: 'too slow' },
    { id: '6.12 poison/ars', kernel: '6.12', scenario: 'poison/ars', why: 'broken here' },
  ]);
});

test.each([
  ['kernel: ["6.12"]', 'm.yaml:1:1: unknown key `kernel`, did you mean `kernels`?'],
  ['kernels: []', 'm.yaml:1:1: `kernels` must be a list with at least 1 entry'],
  ['kernels: ["6.12", "9.9"]', 'm.yaml:1:19: there is no stock kernel 9.9 in the catalog'],
  ['kernels: ["6.12", "6.12"]', 'm.yaml:1:19: two kernels of the matrix are called `6.12`'],
  [
    'kernels: [{kernel: "6.12", config: [kasan]}]',
    'm.yaml:1:28: 6.12 is not built whole: its configuration cannot be changed',
  ],
  ['kernels: [{kernel: "6.12", series: /no/such.mbox}]', 'm.yaml:1:12: '],
  [
    `kernels: ["6.12"]\nscenarios: [remove, remov/ext4]`,
    'm.yaml:2:21: no scenario `remov/ext4`, did you mean `remove/ext4`?',
  ],
  [
    `${two}exclude: [{kernels: ["6.2"], because: x}]`,
    'm.yaml:4:22: `6.2` is not one of the kernels of this matrix, did you mean `6.12`?',
  ],
  [
    `${two}exclude: [{scenarios: [remove/dm-linear], because: x}]`,
    'm.yaml:4:11: this entry leaves out no cell of the matrix',
  ],
  [`${two}exclude: [{scenarios: [poison/ars]}]`, 'm.yaml:4:11: `because` is missing'],
  [`${two}include: [{scenarios: [poison/ars], because: x}]`, 'm.yaml:4:11: this entry adds no cell to the matrix'],
])('%s is refused with its place', (text, words) => {
  expect(refused(text)).toContain(words);
});

test('a kernel that YAML would read as a number has to be in quotes', () => {
  expect(refused('kernels: ["6.12", 6.10]')).toBe(
    'm.yaml:1:19: a kernel must be in quotes, such as "6.10", which YAML reads as the number 6.1 without them',
  );
});
