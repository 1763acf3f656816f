// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { UsageError } from '../../../harness/host/errors.ts';
import { applySeries } from '../../../harness/kernel/series/apply-series.ts';
import { repoOf } from '../source.ts';
import { before, diffOf, seriesOf } from './small-series.ts';

test('applies in order, a commit each with its author, and the base stays as it was', async () => {
  const { repo, commit } = await repoOf({ 'fs/a.c': before });
  const applied = await applySeries(
    repo,
    commit,
    seriesOf(diffOf('\tint a;', '\tint a = 1;'), diffOf('\tint a = 1;', '\tint a = 2;')),
  );
  expect(applied.map(({ patch }) => patch.name)).toEqual(['1.patch', '2.patch']);
  const [first, second] = applied.map((one) => one.commit);
  expect(await repo.read(first ?? '', 'fs/a.c')).toContain('int a = 1;');
  expect(await repo.read(second ?? '', 'fs/a.c')).toContain('int a = 2;');
  expect(await repo.read(commit, 'fs/a.c')).toBe(before);
  const { stdout } = await repo.git(['log', '--format=%an <%ae> %aI %s', second ?? '']);
  expect(stdout.trim().split('\n')).toEqual([
    'An Author <author@localhost> 2026-11-20T10:00:00+01:00 change 2',
    'An Author <author@localhost> 2026-11-20T10:00:00+01:00 change 1',
    'hazmat <hazmat@localhost> 1970-01-01T00:00:01+00:00 base',
  ]);
});

async function refusal(text: string, ...diffs: string[]): Promise<UsageError> {
  const { repo, commit } = await repoOf({ 'fs/a.c': text });
  try {
    await applySeries(repo, commit, seriesOf(...diffs));
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

test('a hunk that does not apply is shown with the lines that the file has instead', async () => {
  const error = await refusal(`\n\n${before.replace('int a;', 'long a;')}`, diffOf('\tint a;', '\tint b;'));
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

test('a hunk without context after its change is said to match only at the end of a file', async () => {
  const diff = ['--- a/fs/a.c', '+++ b/fs/a.c', '@@ -2,2 +2,3 @@', ' {', ' \tint a;', '+\tint b;', ''].join('\n');
  const { hint } = await refusal(before, diff);
  expect(hint).toContain('hunk 1 of 1 (line 3 of the patch): its old lines are in fs/a.c, from line 2.');
  expect(hint).toContain('at the end of a file');
});

test('a change that the source has already, and a file that it does not have, are named as such', async () => {
  const there = await refusal(before.replace('int a;', 'int b;'), diffOf('\tint a;', '\tint b;'));
  expect(there.hint).toBe('The source has this change already.');
  const first = await refusal(
    before.replace('int a;', 'int b;'),
    diffOf('\tint a;', '\tint b;'),
    diffOf('\tint b;', '\tint c;'),
  );
  expect(first.hint).toBe('The source has this change already. SERIES#2- leaves it out.');
  const missing = diffOf('\tint a;', '\tint b;').replaceAll('fs/a.c', 'fs/gone.c');
  expect((await refusal(before, missing)).message).toContain('fs/gone.c: does not exist in index');
});

test.each([
  [{ name: ',,,', email: 'a@localhost', date: '' }, 'name consists only of disallowed characters: ,,,'],
  [
    { name: 'A', email: 'a@localhost', date: '99999999999999999999 +9999' },
    'invalid date format: 99999999999999999999 +9999',
  ],
  [{ name: 'A\0B', email: 'a@localhost', date: '' }, 'it has a NUL'],
])('an author that git refuses is an error of the patch that names it', async (author, problem) => {
  const { repo, commit } = await repoOf({ 'fs/a.c': before });
  const series = seriesOf(diffOf('\tint a;', '\tint b;'));
  const patches = series.patches.map((patch) => ({ ...patch, author }));
  await expect(applySeries(repo, commit, { ...series, patches })).rejects.toMatchObject({
    name: 'UsageError',
    message: `1.patch: git refuses its author or date: ${problem}`,
    hint: `From: ${author.name} <${author.email}>, Date: ${author.date}`,
  });
});

test('a file name that no filesystem takes is refused before anything is written', async () => {
  const name = 'x'.repeat(256);
  const diff = [`--- /dev/null`, `+++ b/fs/${name}`, '@@ -0,0 +1 @@', '+x', ''].join('\n');
  const error = await refusal(before, diff);
  expect(error.message).toBe(`1.patch has a file with a name that is too long: fs/${'x'.repeat(57)}...`);
});
