// SPDX-License-Identifier: GPL-2.0-only
// What one side of a comparison showed, in a few words.

import type { Shown } from './comparison.ts';

/** `pass`, `hang (known)`, `crash 2, pass 3`; empty when the side has no such cell. */
export function shownWord(shown: Shown | undefined): string {
  if (shown === undefined) return '';
  const [first] = shown.verdicts;
  const single = shown.verdicts.length === 1 && first?.count === 1;
  return shown.verdicts
    .map(({ verdict, count, known }) => {
      const note = known === 0 ? '' : known === count ? ' (known)' : ` (${known} known)`;
      return `${verdict}${single ? '' : ` ${count}`}${note}`;
    })
    .join(', ');
}
