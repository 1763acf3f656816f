// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { mailHeader, patchesOfThread, patchNumber, type PatchMail } from '../../../harness/kernel/series/mail.ts';

const diff = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n';
const mail = (subject: string, text = diff): PatchMail => ({
  subject,
  flowed: false,
  diff: text,
  message: subject,
  author: undefined,
});

test('cover letters, replies and mere talk are left out; patches come in the order of their numbers', () => {
  const thread = [
    mail('[PATCH v2 0/2] cover', ' fs/x | 2 +-\n'),
    mail('[PATCH v2 2/2] second'),
    mail('Re: [PATCH v2 1/2] first'),
    mail('[PATCH v2 1/2] first'),
    mail('[PATCH v2 1/2] what about this', 'no diff\n---\n'),
  ];
  expect(patchesOfThread(thread, 'thread.mbox').map(({ subject }) => subject)).toEqual([
    '[PATCH v2 1/2] first',
    '[PATCH v2 2/2] second',
  ]);
});

test('without numbers the order of the file holds', () => {
  const names = ['[PATCH] b', '[PATCH] a'];
  expect(
    patchesOfThread(
      names.map((name) => mail(name)),
      'x',
    ).map(({ subject }) => subject),
  ).toEqual(names);
});

test('two versions in one thread are refused', () => {
  const thread = [mail('[PATCH 1/1] a'), mail('[PATCH v3 1/1] a')];
  expect(() => patchesOfThread(thread, 'thread.mbox')).toThrow(
    'thread.mbox holds several versions of a series: v1 and v3',
  );
});

test.each([
  ['[PATCH v2 3/7] xfs: 1/2 of it', 2, 3],
  ['[RFC][PATCH 10/12] x', 1, 10],
  ['[PATCH] x: 4/5', 1, undefined],
])('%s', (subject, version, number) => {
  expect(patchNumber(subject)).toEqual({ version, number });
});

test('headers are unfolded, and the body is not looked at', () => {
  const text = 'From: a\nSubject: one\n two\nContent-Type: text/plain; format=flowed\n\nTo: me\n';
  expect(mailHeader(text, 'subject')).toBe('one two');
  expect(mailHeader(text, 'To')).toBe('');
});
