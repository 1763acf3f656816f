// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { makeArgv, runMake } from '../../../harness/kernel/build/make.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { writeTree } from '../source.ts';

function treeOf(makefile: string): string {
  const tree = temporaryFolder();
  writeTree(tree, { Makefile: makefile });
  return tree;
}

test('the command line is the same for every build', () => {
  expect(makeArgv(['O=/out', 'bzImage'], ['CC=ccache gcc'])).toEqual([
    'make',
    expect.stringMatching(/^-j\d+$/),
    '--output-sync=target',
    'ARCH=x86_64',
    'CC=ccache gcc',
    'O=/out',
    'bzImage',
  ]);
});

test('objects are reported while make runs, and the environment is the same for every user and hour', async () => {
  const tree = treeOf(
    [
      'all: one two',
      'one two:',
      '\t@echo "  CC      fs/$@.o"',
      '\t@echo "$$LC_ALL $$KBUILD_BUILD_USER $$KBUILD_BUILD_TIMESTAMP $(ARCH)" > $@',
      '',
    ].join('\n'),
  );
  const built: [string, number][] = [];
  const output = await runMake(['all'], { tree, onObject: (object, count) => built.push([object, count]) });
  expect(output.explain()).not.toContain('Error');
  expect(output.failed).toBe(false);
  expect(built.map(([object]) => object).sort()).toEqual(['fs/one.o', 'fs/two.o']);
  expect(built.map(([, count]) => count)).toEqual([1, 2]);
  expect(readFileSync(path.join(tree, 'one'), 'utf8')).toBe('C hazmat 1970-01-01 x86_64\n');
});

test('a make that fails says so, with the end of its output', async () => {
  const output = await runMake(['all'], { tree: treeOf('all:\n\t@echo no such thing >&2; exit 1\n') });
  expect(output.failed).toBe(true);
  expect(output.explain()).toMatch(/no such thing\n.*Error 1/s);
});

test('a make that is stopped is an infrastructure error', async () => {
  const controller = new AbortController();
  const tree = treeOf('all: a.o wait\na.o:\n\t@echo "  CC      a.o"\nwait: a.o\n\t@sleep 60\n');
  const running = runMake(['all'], { tree, signal: controller.signal, onObject: () => controller.abort() });
  await expect(running).rejects.toMatchObject({ exitCode: 3, message: 'make was stopped' });
});
