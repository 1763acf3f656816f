// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { parsePrepInfo } from '../../../harness/kernel/series/b4-prep.ts';

const info = [
  'branch: b4/pmem-fix',
  'cover-subject: EDITME: cover title for pmem-fix',
  'base-commit: aaaa',
  'start-commit: bbbb',
  'end-commit: cccc',
  'commit-dddd: fs: base-commit: what it says',
  '',
].join('\n');

test('the series is what is on top of the cover letter', () => {
  expect(parsePrepInfo(info)).toEqual({ name: 'pmem-fix', range: 'bbbb..cccc', base: 'aaaa', cover: 'bbbb' });
  const elsewhere = parsePrepInfo(info.replace('bbbb', 'aaaa'));
  expect(elsewhere).toMatchObject({ range: 'aaaa..cccc', cover: undefined });
});

test('without the commits it is not a prep branch', () => {
  expect(parsePrepInfo('CRITICAL: not a prep-managed branch\n')).toBeUndefined();
});
