// SPDX-License-Identifier: GPL-2.0-only
// What a series is to the rest of the program: patches in order, and what it says it needs.

import type { Author } from '../source/source-repo.ts';
import type { TouchedFile } from './diff.ts';
import type { Prerequisites } from './prerequisites.ts';

export interface Patch {
  /** For a person: file name, or file and subject. */
  name: string;
  /** The subject without `[PATCH ...]`; empty when the patch has none. */
  subject: string;
  /** The diff, as git apply takes it. */
  diff: string;
  files: TouchedFile[];
  /** The commit message: subject and text. */
  message: string;
  /** Undefined when the patch names nobody. */
  author: Author | undefined;
}

export interface Series {
  /** Short: `xfs-notify-failure-range`. */
  name: string;
  patches: Patch[];
  /** What its mails say of the source that it is for. */
  needs: Prerequisites;
}

/** How many patches a series has, in words: `1 patch`, `3 patches`. */
export function patchCount({ patches }: Pick<Series, 'patches'>): string {
  return `${patches.length} ${patches.length === 1 ? 'patch' : 'patches'}`;
}

/** What each patch of a series is called in a text: its subject, or else its file. */
export function patchTitles({ patches }: Pick<Series, 'patches'>): string[] {
  return patches.map(({ subject, name }) => subject || name);
}

/** The subject of a mail without the brackets before it. */
export function plainSubject(subject: string): string {
  return subject.replace(/^(\s*\[[^\]]*\])+\s*/, '').trim();
}
