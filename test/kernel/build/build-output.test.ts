// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../host/temporary.ts';
import { writeTree } from '../source.ts';
import { BuildOutput } from '../../../harness/kernel/build/build-output.ts';

function read(text: string, onObject?: (object: string, count: number) => void): BuildOutput {
  const output = new BuildOutput('/build-tree/tree', onObject);
  for (const line of text.split('\n')) output.take(line);
  return output;
}

const failing = [
  '  CC      fs/xfs/a.o',
  '/build-tree/tree/fs/xfs/a.c: In function ‘f’:',
  '/build-tree/tree/fs/xfs/a.c:7:2: error: ‘x’ undeclared (first use in this function)',
  '    7 |  x = 1;',
  '      |  ^',
  '/build-tree/tree/fs/xfs/a.c:7:2: note: each undeclared identifier is reported only once',
  'make[3]: *** [scripts/Makefile.build:287: fs/xfs/a.o] Error 1',
  'make: *** [Makefile:1] Error 2',
].join('\n');

test('an error has its place below the tree, and the lines that show it', () => {
  const output = read(failing);
  expect(output.errors).toEqual([
    {
      file: 'fs/xfs/a.c',
      line: 7,
      text: [
        'fs/xfs/a.c: In function ‘f’:',
        'fs/xfs/a.c:7:2: error: ‘x’ undeclared (first use in this function)',
        '    7 |  x = 1;',
        '      |  ^',
      ].join('\n'),
    },
  ]);
  expect(output.explain()).toBe(output.errors[0]?.text);
});

test('objects are counted and reported; warnings belong to the object of their block', () => {
  const reported: [string, number][] = [];
  const output = read(
    [
      '  CC      mm/a.o',
      '../tree/mm/a.c: In function ‘g’:',
      '../tree/mm/a.c:3:5: warning: unused variable ‘i’ [-Wunused-variable]',
      '    3 | int i;',
      '  CC [M]  fs/xfs/b.o',
      '  LD [M]  fs/xfs/xfs.ko',
    ].join('\n'),
    (object, count) => reported.push([object, count]),
  );
  expect(reported).toEqual([
    ['mm/a.o', 1],
    ['fs/xfs/b.o', 2],
    ['fs/xfs/xfs.ko', 3],
  ]);
  expect([...output.warnings]).toEqual([
    ['mm/a.o', ['mm/a.c: unused variable ‘i’ [-Wunused-variable]']],
    ['fs/xfs/b.o', []],
    ['fs/xfs/xfs.ko', []],
  ]);
});

test.each([
  ['ERROR: modpost: "f" [fs/xfs/xfs.ko] undefined!'],
  ['ld: mm/memory-failure.o: undefined reference to `gone'],
])('an error of linker or modpost is an error of the code: %s', (line) => {
  expect(read(`  LD      x.o\n${line}`).errors).toEqual([{ file: '', line: 0, text: line }]);
});

test('without an error of the compiler the end of the output is shown: an infrastructure error', () => {
  const output = read('make: *** No rule to make target modules.  Stop.\nsh: flex: not found');
  expect(output.errors).toEqual([]);
  expect(output.explain()).toBe('make: *** No rule to make target modules.  Stop.\nsh: flex: not found');
});

test('of many errors the first three are shown', () => {
  const lines = [1, 2, 3, 4, 5].map((line) => `fs/a.c:${line}:1: error: no`);
  expect(read(lines.join('\n')).explain()).toBe(`${lines.slice(0, 3).join('\n')}\nand 2 more errors`);
});

test('files of make M= are named from the tree’s top, whether make has entered the folder or not', () => {
  const tree = temporaryFolder();
  writeTree(tree, { 'fs/xfs/a.c': '' });
  for (const prefix of ['', 'fs/xfs/']) {
    const output = new BuildOutput(tree, undefined, 'fs/xfs');
    output.take(`  CC [M]  ${prefix}a.o`);
    output.take(`${prefix}a.c:3:5: warning: unused`);
    output.take(`${prefix}a.c:7:2: error: ‘x’ undeclared`);
    expect([...output.warnings]).toEqual([['fs/xfs/a.o', ['fs/xfs/a.c: unused']]]);
    expect(output.errors).toEqual([{ file: 'fs/xfs/a.c', line: 7, text: 'fs/xfs/a.c:7:2: error: ‘x’ undeclared' }]);
  }
});
