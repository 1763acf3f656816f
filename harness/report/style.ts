// SPDX-License-Identifier: GPL-2.0-only
// How good and bad look in files and in a terminal: tones, colored or not, and a symbol for each where there is UTF-8.

import picocolors from 'picocolors';

/** good: passed. bad: unexpected. known: a known issue. error: error or unbuilt. quiet: of little interest. */
export type Tone = 'good' | 'bad' | 'known' | 'error' | 'quiet' | 'strong' | 'plain';

export interface Style {
  paint(tone: Tone, text: string): string;
  /** A symbol and a blank, or nothing. */
  mark(tone: Tone): string;
}

/** Words only: files, logs. */
export const plainStyle: Style = { paint: (_tone, text) => text, mark: () => '' };

const symbols: Record<Tone, string> = {
  good: '✓ ',
  bad: '✗ ',
  known: '~ ',
  error: '! ',
  quiet: '· ',
  strong: '',
  plain: '',
};

/** A style for a terminal. */
export function terminalStyle(options: { colors: boolean; symbols: boolean }): Style {
  const colors = picocolors.createColors(options.colors);
  const painters: Record<Tone, (text: string) => string> = {
    good: colors.green,
    bad: (text) => colors.bold(colors.red(text)),
    known: colors.yellow,
    error: (text) => colors.bold(colors.magenta(text)),
    quiet: colors.dim,
    strong: colors.bold,
    plain: (text) => text,
  };
  return {
    paint: (tone, text) => (text === '' ? '' : painters[tone](text)),
    mark: (tone) => (options.symbols ? symbols[tone] : ''),
  };
}
