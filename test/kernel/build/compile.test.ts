// SPDX-License-Identifier: GPL-2.0-only
// Compiles small sources with the real make and gcc.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { InfraError, UsageError } from '../../../harness/host/errors.ts';
import { compile } from '../../../harness/kernel/build/compile.ts';
import { makeGoal } from '../../../harness/kernel/build/make.ts';
import { readWarnings } from '../../../harness/kernel/build/warnings.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { before, diffOf, seriesOf } from '../series/small-series.ts';
import { compilingMakefile, withSource } from './small-build.ts';

beforeEach(() => vi.stubEnv('HAZMAT_CACHE', temporaryFolder()));
afterEach(() => vi.unstubAllEnvs());

const files = { Makefile: compilingMakefile, 'fs/a.c': before.replace('int a;', 'int a = 0;') };
const describe = (object: string, count: number): string => `${count}: ${object}`;

test('what compiles has its objects, and the warnings are kept in the build tree', async () => {
  const series = seriesOf(diffOf('\tint a = 0;', '\tint a = 0, unused;'));
  await withSource(files, series, async (buildTree, source) => {
    const output = await compile(buildTree, ['objects'], source, { describe });
    expect(output.objects).toBe(1);
    expect(readWarnings(buildTree.folder)?.get('fs/a.o')).toEqual([
      'fs/a.c: unused variable ‘unused’ [-Wunused-variable]'.replace(/[‘’]/g, "'"),
    ]);
  });
});

test('what does not compile names the source, the series and the patch that last touched the line', async () => {
  const series = seriesOf(diffOf('\tint a = 0;', '\tint a = 1;'), diffOf('\tint a = 1;', '\tint a = nowhere;'));
  const failing = withSource(files, series, (buildTree, source) =>
    compile(buildTree, ['objects'], source, { describe }),
  );
  const error: unknown = await failing.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UsageError);
  expect(error).toMatchObject({ message: 'small source with some does not compile' });
  expect((error as UsageError).hint).toMatch(/^2\.patch last touched line 3 of fs\/a\.c\.\n/);
  expect((error as UsageError).hint).toContain('nowhere');
});

test('a make that fails without an error in the code is an infrastructure error with the end of its output', async () => {
  const failing = withSource({ ...files, Makefile: 'objects:\n\t@flexx lexer.l\n' }, undefined, (buildTree, source) =>
    compile(buildTree, ['objects'], source, { describe }),
  );
  const error: unknown = await failing.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InfraError);
  expect(error).toMatchObject({ message: 'make failed for small source' });
  expect((error as InfraError).hint).toContain('flexx');
});

test('a goal that fails is named', async () => {
  await withSource({ Makefile: 'good:\nbad:\n\tfalse\n' }, undefined, async ({ tree }) => {
    await makeGoal(['good'], { tree });
    await expect(makeGoal(['X=1', 'bad'], { tree })).rejects.toMatchObject({ exitCode: 3, message: 'make bad failed' });
  });
});

test('progress is noted at most every ten seconds', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 6000));
  const notes: string[] = [];
  const many = { ...files, 'fs/b.c': '', 'fs/c.c': '', 'fs/d.c': '' };
  try {
    await withSource(many, undefined, (buildTree, source) =>
      compile(buildTree, ['objects'], source, { describe, progress: (note) => notes.push(note) }),
    );
  } finally {
    vi.restoreAllMocks();
  }
  expect(notes.length).toBeGreaterThan(0);
  expect(notes.length).toBeLessThan(4);
  expect(notes[0]).toMatch(/^\d: fs\/[a-d]\.o$/);
});
