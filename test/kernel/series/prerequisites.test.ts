// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { noPrerequisites, prerequisiteLines, prerequisitesOf } from '../../../harness/kernel/series/prerequisites.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';
const [one, two] = ['89abcdef'.repeat(5), 'fedcba98'.repeat(5)];

test('the trailers of git format-patch --base and of b4 are read, with DOS line ends or not', () => {
  const text = `Cover.\n\nbase-commit: ${commit}\nprerequisite-patch-id: ${one}\nprerequisite-patch-id: ${two}\nprerequisite-message-id: <1@localhost>\nprerequisite-change-id: 20261120-a-1234:v2\n`;
  const expected = {
    baseCommit: commit,
    patchIds: [one, two],
    messageIds: ['1@localhost'],
    changeIds: ['20261120-a-1234:v2'],
    sentences: [],
  };
  expect(prerequisitesOf([text])).toEqual(expected);
  expect(prerequisitesOf([text.replaceAll('\n', '\r\n')])).toEqual(expected);
});

test('sentences about other series are found where they are broken over lines, and shown once', () => {
  const text =
    'Some text.  This series depends\non [1]. More.\n\nDepends-on: <1@localhost>\n\nApplies on top of xfs/for-next.\n';
  const { sentences } = prerequisitesOf([text, text]);
  expect(sentences).toEqual([
    'Depends-on: <1@localhost>',
    'This series depends on [1].',
    'Applies on top of xfs/for-next.',
  ]);
});

test('what a diff adds, and talk about other things, is no prerequisite', () => {
  const text = `+base-commit: ${commit}\n+Depends-on: x\nThe outcome depends on the page size.\nbase-commit: unknown\n`;
  expect(prerequisitesOf([text])).toEqual(noPrerequisites);
});

test('patches that are applied below it are not missing', () => {
  const needs = { ...noPrerequisites, patchIds: [one, two] };
  expect(prerequisiteLines(needs, new Set([one]))).toEqual([
    `it needs a patch that is not in it: prerequisite-patch-id ${two.slice(0, 12)}`,
  ]);
  expect(prerequisiteLines(needs, new Set([one, two]))).toEqual([]);
  expect(prerequisiteLines({ ...noPrerequisites, messageIds: ['1@localhost'] })).toEqual([
    'it needs the series b4:1@localhost',
  ]);
});
