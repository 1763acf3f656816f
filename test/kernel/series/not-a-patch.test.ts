// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { notAPatch } from '../../../harness/kernel/series/not-a-patch.ts';
import { diffOf } from './small-series.ts';

const diff = `diff --git a/fs/a.c b/fs/a.c\n${diffOf('\tint a;', '\tint b;')}`;
const quoted = (text: string): string => text.replace(/^/gm, '> ');

test.each([
  ['a reply that quotes', `On Friday, A Developer wrote:\n${quoted(diff)}`, 'quotes a patch'],
  ['a reply to a reply', `A Developer wrote:\n${quoted(quoted(diff))}`, 'quotes a patch'],
  ['a page', `<!DOCTYPE html>\n<html><pre>${diff}</pre></html>\n`, 'is a web page'],
  ['text of a page', diff.replace('int b;', 'if (a &lt; b)'), 'was copied from a web page'],
  [
    'a thread copied from an archive',
    `* [PATCH] a\n\nFrom: A Developer @ 2026-11-20 12:00 UTC (permalink / raw)\n\n${diff}`,
    'is text copied from an archive',
  ],
  [
    'a mail copied from an archive',
    `[PATCH] a\n\nFrom: A Developer\nDate: Fri Nov 20 2026 - 12:00:00 EST\n\n${diff}`,
    'is text copied from an archive',
  ],
  ['text that lost its lines', `A change. ${diff.replaceAll('\n', ' ')}`, 'was reflowed'],
])('%s', (_name, text, why) => {
  expect(notAPatch(text)?.why).toContain(why);
  expect(notAPatch(text)?.hint).toContain('b4:MESSAGE-ID');
});

test.each([
  ['a diff', diff],
  ['a diff below a quotation', `> why is this\nBecause.\n${diff}`],
  ['a diff of a page', diff.replace('int b;', 'puts("&lt;"); a < b;')],
  ['talk', 'Does anybody know?\n'],
])('nothing is said of %s', (_name, text) => {
  expect(notAPatch(text)).toBeUndefined();
});
