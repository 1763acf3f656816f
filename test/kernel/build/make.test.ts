// SPDX-License-Identifier: GPL-2.0-only
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

test('objects are reported while make runs, and what it is given leaves no trace of this machine', async () => {
  const tree = treeOf(
    'all: a.o b.o\n%.o:\n\t@echo "  CC      fs/$@"\n\t@echo "$$KBUILD_BUILD_USER $$KBUILD_BUILD_TIMESTAMP $(ARCH)" >> who\n\t@test "$$LC_ALL" = C\n',
  );
  const built: string[] = [];
  const output = await runMake(['all'], { tree, onObject: (object, count) => built.push(`${object} ${count}`) });
  expect(output.failed).toBe(false);
  expect(built.map((line) => line.slice(-1))).toEqual(['1', '2']);
  expect(built.map((line) => line.slice(0, -2)).sort()).toEqual(['fs/a.o', 'fs/b.o']);
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
