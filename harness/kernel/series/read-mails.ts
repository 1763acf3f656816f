// SPDX-License-Identifier: GPL-2.0-only
// Splits a mailbox and decodes its mails as git am does: encodings are undone, DOS line ends dropped.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runProgram } from '../../host/program.ts';
import { mailHeader, type PatchMail } from './mail.ts';
import { plainSubject } from './patch.ts';

/** The mails of a mailbox, or the one mail of a text, in their order. @throws InfraError when git fails */
export async function readMails(text: string, isMbox: boolean, signal?: AbortSignal): Promise<PatchMail[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-mail-'));
  try {
    const input = isMbox ? text : `From mail Mon Sep 17 00:00:00 2001\n${text}`;
    await runProgram(['git', 'mailsplit', '-b', `-o${folder}`], { input, signal });
    const mails: PatchMail[] = [];
    for (const file of readdirSync(folder)
      .filter((one) => /^\d+$/.test(one))
      .sort()) {
      mails.push(await readMail(folder, readFileSync(path.join(folder, file), 'utf8'), signal));
    }
    return mails;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function readMail(folder: string, mail: string, signal: AbortSignal | undefined): Promise<PatchMail> {
  const [message, patch] = [path.join(folder, 'message'), path.join(folder, 'patch')];
  rmSync(patch, { force: true });
  const argv = ['git', 'mailinfo', '-k', '--encoding=UTF-8', message, patch];
  const { stdout } = await runProgram(argv, { input: mail, accept: [0, 1], signal });
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(stdout)?.[1] ?? '';
  const subject = field('Subject');
  const [name, email] = [field('Author'), field('Email')];
  const diff = existsSync(patch) ? readFileSync(patch, 'utf8') : '';
  return {
    subject,
    message: `${plainSubject(subject)}\n\n${unixLines(readFileSync(message, 'utf8'))}`.trimEnd(),
    author: name === '' && email === '' ? undefined : { name, email, date: field('Date') },
    flowed: /format="?flowed/i.test(mailHeader(mail, 'Content-Type')),
    diff: unixLines(diff),
  };
}

/**
 * Drops DOS line ends when every line has one. git am drops those of a mail that is not encoded; inside base64 and
 * quoted-printable it keeps them (git-mailinfo(1), --quoted-cr), and the text of every mail has them (RFC 2045, 6.8).
 */
export function unixLines(text: string): string {
  const dos = /\r\n/.test(text) && !/[^\r]\n|^\n/.test(text);
  return dos ? text.replaceAll('\r\n', '\n') : text;
}
