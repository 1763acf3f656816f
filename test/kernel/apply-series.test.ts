// SPDX-License-Identifier: GPL-2.0-only
import { linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { UsageError } from '../../harness/host/errors.ts';
import { applySeries } from '../../harness/kernel/apply-series.ts';
import { parseDiff } from '../../harness/kernel/diff.ts';
import { readIn, isLeftOut } from '../../harness/kernel/kernel-source.ts';
import type { Series } from '../../harness/kernel/series.ts';
import { temporaryFolder } from '../host/temporary.ts';

const before = ['int f(void)', '{', '\tint a;', '', '\treturn a;', '}', ''].join('\n');

function diffOf(from: string, to: string): string {
  return ['--- a/fs/a.c', '+++ b/fs/a.c', '@@ -2,4 +2,4 @@', ' {', `-${from}`, `+${to}`, ' ', ' \treturn a;', ''].join(
    '\n',
  );
}

const seriesOf = (...diffs: string[]): Series => ({
  name: 'some',
  patches: diffs.map((diff, index) => ({ name: `${index + 1}.patch`, diff, files: parseDiff(diff).files })),
});

function treeOf(text: string): { tree: string; apply: (series: Series) => Promise<void> } {
  const tree = path.join(temporaryFolder(), 'tree');
  mkdirSync(path.join(tree, 'fs'), { recursive: true });
  writeFileSync(path.join(tree, 'fs/a.c'), text);
  return { tree, apply: (series) => applySeries(series, tree, (file) => readIn(tree, file), isLeftOut) };
}

test('applies in order, and what shares an inode with the tree stays as it was', async () => {
  const { tree, apply } = treeOf(before);
  linkSync(path.join(tree, 'fs/a.c'), path.join(tree, 'store.c'));
  await apply(seriesOf(diffOf('\tint a;', '\tint a = 1;'), diffOf('\tint a = 1;', '\tint a = 2;')));
  expect(readFileSync(path.join(tree, 'fs/a.c'), 'utf8')).toContain('int a = 2;');
  expect(readFileSync(path.join(tree, 'store.c'), 'utf8')).toBe(before);
});

test('documentation and self tests, which are not in the tree, are passed over', async () => {
  const { tree, apply } = treeOf(before);
  const doc = '--- a/Documentation/driver-api/x.rst\n+++ b/Documentation/driver-api/x.rst\n@@ -1 +1 @@\n-a\n+b\n';
  await apply(seriesOf(doc, doc + diffOf('\tint a;', '\tint b;')));
  expect(readFileSync(path.join(tree, 'fs/a.c'), 'utf8')).toContain('int b;');
});

async function refusal(work: Promise<void>): Promise<UsageError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

test('a hunk that does not apply is told with what stands there instead', async () => {
  const { apply } = treeOf(`\n\n${before.replace('int a;', 'long a;')}`);
  const error = await refusal(apply(seriesOf(diffOf('\tint a;', '\tint b;'))));
  expect(error.message).toBe('1.patch does not apply: the hunk at line 2 of fs/a.c');
  expect(error.hint).toBe(
    [
      'hunk 1 of 1 (line 3 of the patch) wants:',
      '      2  {',
      '>     3  \tint a;',
      '      4  ',
      '      5  \treturn a;',
      'fs/a.c has:',
      '      4  {',
      '>     5  \tlong a;',
      '      6  ',
      '      7  \treturn a;',
    ].join('\n'),
  );
});

test('a change that is there already, and a file that is not, are each said', async () => {
  const there = await refusal(
    treeOf(before.replace('int a;', 'int b;')).apply(seriesOf(diffOf('\tint a;', '\tint b;'))),
  );
  expect(there.hint).toBe('The tree has this change already.');
  const missing = diffOf('\tint a;', '\tint b;').replaceAll('fs/a.c', 'fs/gone.c');
  expect((await refusal(treeOf(before).apply(seriesOf(missing)))).message).toContain('fs/gone.c: No such file');
});
