// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { patchesOfText } from '../../../harness/kernel/series/read-text.ts';
import { diffOf } from './small-series.ts';

const diff = diffOf('\tint a;', '\tint b = 1;');
const body = `Why.\n\nSigned-off-by: A Developer <dev@localhost>\n---\n${diff}-- \n2.39\n`;
const mail = (subject: string, text: string, headers = ''): string =>
  `From mail Mon Sep 17 00:00:00 2001\nFrom: A Developer <dev@localhost>\nSubject: ${subject}\n${headers}\n${text}`;
const encoded = (encoding: string): string =>
  `MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: ${encoding}\n`;
const dos = body.replaceAll('\n', '\r\n');
/** Every byte but letters, digits and line ends of a mail in its quoted-printable form. */
const printable = body
  .replace(/[^\w\n]/g, (char) => `=${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
  .replaceAll('\n', '\r\n');

test.each([
  ['plain', mail('[PATCH] a', body)],
  ['base64 with DOS line ends', mail('[PATCH] a', Buffer.from(dos).toString('base64'), encoded('base64'))],
  ['base64', mail('[PATCH] a', Buffer.from(body).toString('base64'), encoded('base64'))],
  ['quoted-printable with DOS line ends', mail('[PATCH] a', printable, encoded('quoted-printable'))],
  ['all of it with DOS line ends', mail('[PATCH] a', body).replaceAll('\n', '\r\n')],
])('a mail is the same patch however it was sent: %s', async (_name, text) => {
  const { patches } = await patchesOfText(text, 'a.mbox');
  expect(patches).toHaveLength(1);
  expect(patches[0]?.diff).toContain(diff);
  expect(patches[0]?.message).toBe('a\n\nWhy.\n\nSigned-off-by: A Developer <dev@localhost>');
  expect(patches[0]?.subject).toBe('a');
});

test('the lines of a file that has DOS line ends keep them', async () => {
  const mixed = body.replace('\tint a;', '\tint a;\r').replace('\tint b = 1;', '\tint b = 1;\r');
  const text = mail('[PATCH] a', Buffer.from(mixed).toString('base64'), encoded('base64'));
  expect((await patchesOfText(text, 'a.mbox')).patches[0]?.diff).toContain('+\tint b = 1;\r\n');
});

test('the texts are those of the cover letter and of the patches, not of replies', async () => {
  const thread = [
    mail('[PATCH 0/1] cover', 'What for.\n\nbase-commit: 0123456789\n'),
    mail('[PATCH 1/1] a', body),
    mail('Re: [PATCH 1/1] a', 'depends on what?\n'),
  ].join('\n');
  const { texts } = await patchesOfText(thread, 'a.mbox');
  expect(texts.map((text) => text.split('\n')[0])).toEqual(['cover', 'a']);
  expect(texts.join()).toContain('base-commit: 0123456789');
});

test('a mailbox with nothing but a quoted patch is refused as that', async () => {
  const reply = mail('Re: [PATCH] a', `Somebody wrote:\n${body.replace(/^/gm, '> ')}`);
  await expect(patchesOfText(reply, 'a.mbox')).rejects.toThrow('a.mbox quotes a patch, as a reply does');
});
