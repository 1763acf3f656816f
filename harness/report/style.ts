// SPDX-License-Identifier: GPL-2.0-only
// What tells good from bad on paper and in a terminal: tones, painted or not, and a symbol for each where there is UTF-8.

import picocolors from 'picocolors';

/** good: passed. bad: unexpected. known: a recorded deviation. error: our own failure. quiet: beside the point. */
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
export function terminalStyle(options: { colours: boolean; symbols: boolean }): Style {
  const colours = picocolors.createColors(options.colours);
  const painters: Record<Tone, (text: string) => string> = {
    good: colours.green,
    bad: (text) => colours.bold(colours.red(text)),
    known: colours.yellow,
    error: (text) => colours.bold(colours.magenta(text)),
    quiet: colours.dim,
    strong: colours.bold,
    plain: (text) => text,
  };
  return {
    paint: (tone, text) => (text === '' ? '' : painters[tone](text)),
    mark: (tone) => (options.symbols ? symbols[tone] : ''),
  };
}
