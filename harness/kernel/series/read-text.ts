// SPDX-License-Identifier: GPL-2.0-only
// From a text to the patches in it: a mailbox, a mail, or a diff without mail headers.

import { UsageError } from '../../host/errors.ts';
import { parseDiff } from './diff.ts';
import { patchesOfThread, type PatchMail } from './mail.ts';
import { notAPatch } from './not-a-patch.ts';
import { plainSubject, type Patch } from './patch.ts';
import { readMails, unixLines } from './read-mails.ts';

/** What was read of a series so far. */
export interface ReadPatches {
  patches: Patch[];
  /** What its mails say, cover letter included. */
  texts: string[];
}

/**
 * The patches of a text.
 * @param shown how the text is called in errors
 * @throws UsageError naming the line of what is mangled, or what the text is when it is not a patch.
 */
export async function patchesOfText(text: string, shown: string, signal?: AbortSignal): Promise<ReadPatches> {
  const isMbox = /^From \S+ .*\d{4}\r?\n/.test(text);
  const isMail = /^(?:[A-Za-z-]+:[ \t].*\r?\n(?:[ \t].*\r?\n)*)*(?:From|Subject):/.test(text);
  const page = isMbox ? undefined : notAPatch(text);
  if (page !== undefined) throw new UsageError(`${shown} ${page.why}`, { hint: page.hint });
  const all = isMbox || isMail ? await readMails(text, isMbox, signal) : [plainPatch(text)];
  const mails = isMbox || isMail ? patchesOfThread(all, shown) : all;
  const patches = mails.flatMap((mail) => patchOf(mail, text, shown));
  if (patches.length === 0) {
    const quoted = all.map(({ message, diff }) => notAPatch(`${message}\n${diff}`)).find((one) => one !== undefined);
    if (quoted !== undefined) throw new UsageError(`${shown} ${quoted.why}`, { hint: quoted.hint });
  }
  return { patches, texts: coverAndPatches(all, mails).map(({ message, diff }) => `${message}\n${diff}`) };
}

/** The cover letter and the patches, without replies: what they say is the author's. */
function coverAndPatches(all: readonly PatchMail[], patches: readonly PatchMail[]): PatchMail[] {
  const covers = all.filter(({ subject }) => /^\s*(?:\[[^\]]*\]\s*)*\[[^\]]*\b0+\/\d+[^\]]*\]/.test(subject));
  return [...covers, ...patches];
}

function patchOf(mail: PatchMail, text: string, shown: string): Patch[] {
  const { files, fault } = parseDiff(mail.diff);
  if (fault !== undefined) {
    const flowed = mail.flowed && !fault.why.includes('format=flowed') ? ' (format=flowed)' : '';
    throw new UsageError(`the patch ${fault.why}${flowed}`, {
      at: `${shown}:${lineIn(text, mail.diff.split('\n')[fault.line - 1] ?? '', fault.line)}`,
      hint: 'git send-email and b4 send patches unchanged; b4 am and the raw view of a mail archive give them as they were sent.',
    });
  }
  if (files.length === 0) return [];
  const { subject, diff, message, author } = mail;
  const name = subject === '' ? shown : `${shown} (${subject})`;
  return [{ name, subject: plainSubject(subject), diff, files, message, author }];
}

/** A diff without mail headers. DOS line ends are dropped when every line has one, as git am does. */
function plainPatch(text: string): PatchMail {
  return { subject: '', flowed: false, message: '', author: undefined, diff: unixLines(text) };
}

/** The number, from 1, of a line of a diff in the file that holds it. git has removed the blanks of format=flowed by now. */
function lineIn(text: string, line: string, fallback: number): number {
  const index = text.split(/\r?\n/).findIndex((raw) => raw === line || raw === ` ${line}`);
  return index === -1 ? fallback : index + 1;
}
