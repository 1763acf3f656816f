// SPDX-License-Identifier: GPL-2.0-only
// One line of a kernel log: from a record of /dev/kmsg that the agent sent, or from the raw serial console of a guest that can
// no longer send anything.

import { showControls } from '../host/control-characters.ts';

export interface LogLine {
  /** Microseconds since the guest's boot; for a line without a time stamp, those of the line before it. */
  us: number;
  /** Who printed it (CONFIG_PRINTK_CALLER): `T136` a task, `C1` a CPU in interrupt context. */
  caller?: string;
  /** 0 (emergency) to 7 (debug), where the source has it. */
  priority?: number;
  text: string;
  /** False: the line carried no time stamp of the kernel, so on a console it may be a program's output or the firmware's. */
  stamped: boolean;
  /** True: a program wrote it to /dev/kmsg, whatever it looks like. Only the kernel's own records have facility 0. */
  foreign?: true;
  /** True: it began in the middle of another line: two writers were interleaved on the console. */
  torn?: boolean;
}

/** A record of /dev/kmsg as the agent sends it. */
export interface KernelRecord {
  /** facility * 8 + level. */
  priority: number;
  /** Sequence number of the record. */
  kseq: number;
  /** Microseconds since the guest's boot. */
  us: number;
  caller?: string;
  /** Its lines joined with newline; escapes of other bytes are kept. */
  text: string;
}

/**
 * The lines of one record of /dev/kmsg; a record holds several when the kernel printed newlines or continuations. Bytes
 * that /dev/kmsg escapes (`\\x09`, `\\x5c`, UTF-8) are put back, so that a line reads as on the console.
 */
export function kmsgLines(record: KernelRecord): LogLine[] {
  return unescape(record.text)
    .split('\n')
    .map((text) => ({
      us: record.us,
      ...(record.caller === undefined ? {} : { caller: record.caller }),
      priority: record.priority & 7,
      ...(record.priority >> 3 === 0 ? {} : { foreign: true as const }),
      text,
      stamped: true,
    }));
}

function unescape(text: string): string {
  return text.replace(/(?:\\x[0-9a-f]{2})+/g, (run) => Buffer.from(run.replaceAll('\\x', ''), 'hex').toString('utf8'));
}

// `<4>[   12.345678][  T136] text`: a priority (console logs of some loaders, dmesg -r), a time stamp, a caller.
const stamp = /(?:<(?<priority>\d{1,3})>)?\[ *(?<seconds>\d+)\.(?<micros>\d{6})\](?:\[ *(?<caller>[TC]\d+)\])? ?/g;

/**
 * The lines in one physical line of a serial console. Usually one; more when a program's output without newline, or
 * another printk, ran into it. `previousUs` is the time of the line before, for lines that carry none.
 */
export function consoleLines(raw: string, previousUs: number): LogLine[] {
  const line = raw.replace(/[\r\0]+/g, '').replace(/\x1b\[[\d;]*[A-Za-z]/g, ''); // eslint-disable-line no-control-regex
  const stamps = [...line.matchAll(stamp)];
  const first = stamps[0];
  if (first === undefined) return line === '' ? [] : [{ us: previousUs, text: line, stamped: false }];

  const lines: LogLine[] = [];
  const before = line.slice(0, first.index);
  if (before !== '') lines.push({ us: previousUs, text: before, stamped: false });
  for (const [index, match] of stamps.entries()) {
    const { priority, seconds, micros, caller } = match.groups ?? {};
    const end = stamps[index + 1]?.index ?? line.length;
    lines.push({
      us: Number(seconds) * 1_000_000 + Number(micros),
      ...(caller === undefined ? {} : { caller }),
      ...(priority === undefined ? {} : { priority: Number(priority) & 7 }),
      text: line.slice(match.index + match[0].length, end),
      stamped: true,
      ...(index > 0 ? { torn: true } : {}),
    });
  }
  return lines;
}

/** What a program prints without a newline is cut here. Characters. */
const longestConsoleLine = 64 << 10;

/** A whole console text as lines, each read by `consoleLines`. */
export function readConsole(text: string): LogLine[] {
  const lines: LogLine[] = [];
  for (const raw of text.split('\n'))
    lines.push(...consoleLines(raw.slice(0, longestConsoleLine), lines.at(-1)?.us ?? 0));
  return lines;
}

/** A line as the console shows it, for a report or a file; what would control a terminal is shown as `\x1b`. */
export function showLine(line: LogLine): string {
  const text = showControls(line.text);
  if (!line.stamped) return text;
  const seconds = Math.floor(line.us / 1_000_000);
  const micros = String(line.us % 1_000_000).padStart(6, '0');
  const caller = line.caller === undefined ? '' : `[${line.caller.padStart(6)}]`;
  return `[${String(seconds).padStart(5)}.${micros}]${caller} ${text}`;
}
