// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { adds, parseDiff } from '../../../harness/kernel/series/diff.ts';

const modified = [
  'diff --git a/fs/xfs/a.c b/fs/xfs/a.c',
  'index 1..2 100644',
  '--- a/fs/xfs/a.c',
  '+++ b/fs/xfs/a.c',
  '@@ -10,4 +10,4 @@ f(void)',
  ' \tint a;',
  '-\tint b;',
  '+\tint c;',
  '',
  ' \treturn a;',
  '-- ',
  '2.39.5',
  '',
];

test('distinguishes modified, added, deleted, renamed and mode-only files, and skips text around them', () => {
  const text = [
    'From 1 Mon Sep 17 00:00:00 2001',
    'Subject: a',
    '--- a line that is no header',
    ...modified,
    'diff --git a/drivers/dax/new.c b/drivers/dax/new.c',
    '--- /dev/null',
    '+++ b/drivers/dax/new.c',
    '@@ -0,0 +1 @@',
    '+int x;',
    'diff --git a/mm/old.c b/mm/old.c',
    '--- a/mm/old.c',
    '+++ /dev/null',
    '@@ -1 +0,0 @@',
    '-int x;',
    'diff --git a/a/from.c b/a/to.c',
    'rename from a/from.c',
    'rename to a/to.c',
    'diff --git a/scripts/run b/scripts/run',
    'old mode 100644',
    'new mode 100755',
  ].join('\n');
  const { files, fault } = parseDiff(text);
  expect(fault).toBeUndefined();
  expect(files.map(({ path, change }) => `${change} ${path}`)).toEqual([
    'modified fs/xfs/a.c',
    'added drivers/dax/new.c',
    'deleted mm/old.c',
    'deleted a/from.c',
    'added a/to.c',
    'modified scripts/run',
  ]);
  expect(files[0]?.hunks).toEqual([{ line: 8, oldStart: 10, old: ['\tint a;', '\tint b;', '', '\treturn a;'] }]);
});

test('a removed line that looks like a file header belongs to its hunk', () => {
  const { files } = parseDiff('--- a/x.txt\n+++ b/x.txt\n@@ -1,2 +1,2 @@\n--- a\n+++ b\n c\n');
  expect(files.map(({ path }) => path)).toEqual(['x.txt']);
});

const changed = (change: (lines: string[]) => void): string => {
  const lines = [...modified];
  change(lines);
  return lines.join('\n');
};

test.each([
  ['a wrapped line', changed((lines) => lines.splice(5, 1, ' \tint', 'a;')), 7, 'was mangled: a line of a hunk begins'],
  [
    'a hunk that lost a line, and another after it',
    changed((lines) => lines.splice(-4, 4, '@@ -20 +20 @@', '-x', '+y', '')),
    10,
    'with fewer lines than its header says: it was edited by hand',
  ],
  ['a cut-off diff', modified.slice(0, 7).join('\n'), 7, 'ends in the middle of a hunk'],
  [
    'a wrong count',
    changed((lines) => (lines[4] = '@@ -10,1 +10,4 @@')),
    7,
    'does not have as many lines as its header says',
  ],
  ['a broken hunk header', changed((lines) => (lines[4] = '@@ -10,4 +10')), 5, 'has a damaged hunk header'],
  ['a hunk without a file', '@@ -1 +1 @@\n-a\n+b\n', 1, 'belongs to no file'],
  [
    'blanks for tabs',
    changed((lines) =>
      lines.splice(4, 6, '@@ -1,3 +1,3 @@', ' {', '-        a;', '+        b;', '         c;', '         d;'),
    ).replace('-1,3 +1,3', '-1,4 +1,4'),
    7,
    'its tabs became blanks',
  ],
  [
    'stuffed blanks',
    changed((lines) => lines.splice(5, 5, '  \tint a;', '- \tint b;', '+\tint c;', '  \tx;', '  \treturn a;')),
    6,
    'format=flowed',
  ],
])('%s is a fault with its line', (_what, text, line, why) => {
  expect(parseDiff(text).fault).toMatchObject({ line, why: expect.stringContaining(why) as string });
});

test('whether a diff adds a text is asked of one file, and of added lines only', () => {
  const diff = '--- a/mm/a.c\n+++ b/mm/a.c\n@@ -1,2 +1,2 @@\n-old flag\n+new flag\n context\n';
  expect(adds(diff, 'mm/a.c', 'new flag')).toBe(true);
  expect(adds(diff, 'mm/a.c', 'old flag')).toBe(false);
  expect(adds(diff, 'mm/a.c', 'context')).toBe(false);
  expect(adds(diff, 'mm/b.c', 'new flag')).toBe(false);
});
