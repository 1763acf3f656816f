// SPDX-License-Identifier: GPL-2.0-only
// Finds the mails of a thread that are the patches of a series, and their order. Pure.

import { UsageError } from '../../host/errors.ts';
import type { Author } from '../source/source-repo.ts';

export interface PatchMail {
  /** The Subject header, decoded, with its brackets. */
  subject: string;
  /** The Content-Type header says format=flowed. */
  flowed: boolean;
  /** The diff, decoded; empty or plain text when the mail has none. */
  diff: string;
  /** Subject without brackets, and the text above the diff: the commit message that git am makes. */
  message: string;
  /** Undefined when the mail names nobody. */
  author: Author | undefined;
}

/** A header of a mail, unfolded; empty when the mail does not have it. */
export function mailHeader(mail: string, name: string): string {
  const head = mail.slice(0, /\r?\n\r?\n/.exec(mail)?.index ?? mail.length).replace(/\r?\n[ \t]+/g, ' ');
  return new RegExp(`^${name}:[ \\t]*(.*?)\\r?$`, 'im').exec(head)?.[1] ?? '';
}

/** Version and number in a subject: 2 and 3 for `[PATCH v2 3/7] xfs: ...`. */
export function patchNumber(subject: string): { version: number; number: number | undefined } {
  const brackets = /^\s*((?:\[[^\]]*\]\s*)+)/.exec(subject)?.[1] ?? '';
  const number = /\b(\d+)\/\d+\b/.exec(brackets)?.[1];
  const version = /\bv(\d+)\b/i.exec(brackets)?.[1];
  return { version: Number(version ?? 1), number: number === undefined ? undefined : Number(number) };
}

/**
 * The patches in the order of their numbers, without cover letters, replies and other mails without a diff. An archive has
 * the mails in the order in which they arrived.
 * @throws UsageError when the thread holds several versions of the series.
 */
export function patchesOfThread<T extends PatchMail>(mails: readonly T[], file: string): T[] {
  const patches = mails.filter(
    ({ subject, diff }) =>
      /^(diff --git |--- )/m.test(diff) &&
      /^@@ -|^(rename|old mode|new file mode|deleted file mode) /m.test(diff) &&
      !/^\s*(re|aw|fwd?):/i.test(subject) &&
      patchNumber(subject).number !== 0,
  );
  const numbers = patches.map(({ subject }) => patchNumber(subject));
  const versions = [...new Set(numbers.map(({ version }) => version))].sort((a, b) => a - b);
  if (versions.length > 1) {
    throw new UsageError(
      `${file} holds several versions of a series: ${versions.map((one) => `v${one}`).join(' and ')}`,
      {
        hint: 'b4 am takes only the newest version from a thread.',
      },
    );
  }
  if (numbers.some(({ number }) => number === undefined)) return patches;
  return [...patches].sort((a, b) => (patchNumber(a.subject).number ?? 0) - (patchNumber(b.subject).number ?? 0));
}
