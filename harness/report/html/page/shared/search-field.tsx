// SPDX-License-Identifier: GPL-2.0-only
// The field that searches scenarios; the key / goes to it.

import type { JSX } from 'preact';

interface Props {
  /** What is searched for; nothing when undefined. */
  text: string | undefined;
  /** What of a scenario is searched, for the placeholder. */
  searched?: string;
  onText: (text: string) => void;
}

export function SearchField({ text, searched, onText }: Props): JSX.Element {
  return (
    <input
      type="search"
      aria-label="Search scenarios"
      placeholder={`Search${searched === undefined ? '' : `: ${searched}`}  ( / )`}
      value={text ?? ''}
      onInput={(event) => onText(event.currentTarget.value)}
    />
  );
}
