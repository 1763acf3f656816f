// SPDX-License-Identifier: GPL-2.0-only
// Plain text for terminals and reports: widths, wrapping, durations. Color is added later, in style.ts.

import stringWidth from 'string-width';
import { showControls } from '../host/control-characters.ts';

/** Text that cannot control a terminal: control characters, such as from a kernel log, are shown as `\x1b`. Tabs become a blank. */
export function visible(text: string): string {
  return showControls(text.replaceAll('\t', ' '));
}

/** Longer than what a terminal shows as one character; string-width looks at much more than it must in a long text. */
const sliceLength = 128;

/** Width in terminal columns, in linear time. */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (let from = 0; from < text.length;) {
    let to = from + sliceLength;
    if (/[\uD800-\uDBFF]/.test(text.charAt(to - 1))) to++;
    columns += stringWidth(text.slice(from, to));
    from = to;
  }
  return columns;
}

/** The lines of a text, each made visible, without blank ends. */
export function visibleLines(text: string): string[] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => visible(line.trimEnd()));
}

/** Pads to a width in terminal columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columnsOf(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - columnsOf(text))) + text;
}

/** Cuts to a width in terminal columns; `…` marks what is missing. */
export function clip(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const char of text) {
    used += stringWidth(char);
    if (used > width - 1) break;
    kept += char;
  }
  return width < 1 ? '' : `${kept.trimEnd()}…`;
}

/** Breaks at blanks into lines of at most `width` columns. A word that is longer stays whole: paths must be pasted. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const whole of visibleLines(text)) {
    let line = '';
    for (const word of whole.split(/(?<=\S) +(?=\S)/)) {
      if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > width) {
        lines.push(line);
        line = word;
      } else {
        line = line === '' ? word : `${line} ${word}`;
      }
    }
    lines.push(line);
  }
  return lines;
}

/** Wrapped text, each line behind an indent. */
export function paragraph(text: string, width: number, indent: string): string[] {
  return wrap(text, width - indent.length).map((line) => indent + line);
}

/** Milliseconds for a person: `0.8 s`, `12 s`, `2m 13s`, `1h 02m`. */
export function duration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const two = (value: number) => String(value).padStart(2, '0');
  return minutes < 60 ? `${minutes}m ${two(seconds % 60)}s` : `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
}

/** Whole seconds, for what is still running: `7 s`, `2m 13s`. */
export function elapsed(ms: number): string {
  return ms < 10_000 ? `${Math.max(0, Math.floor(ms / 1000))} s` : duration(Math.floor(ms / 1000) * 1000);
}
