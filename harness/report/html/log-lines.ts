// SPDX-License-Identifier: GPL-2.0-only
// Which lines of a cell's kernel log a report shows, when they came, and which of them are marked. Pure.

import { isAlarming } from '../../compare/normalize-log.ts';
import type { ClockOfLog } from './guest-clock.ts';
import type { LogLine } from './report-data.ts';

/** So many lines are kept at the beginning of a log, and so many at its end. */
export const keptLines = { first: 300, last: 700 } as const;

/** Marked lines in the middle of a long log are kept as well, up to so many. */
const mostMarked = 300;

const stamp = /^\[ *(\d+)\.(\d+)\]/;
const bootBegins = /^\[ +0\.000000\](?:\[ *\w+\])? Linux version /;

/** After this line the kernel does what the scenario asks for. */
const bootEnds = /\] Run \/?\S*init as init process/;

/** What follows that line and is about init only. */
const initWords = /^\[[^\]]*\](?:\[[^\]]*\])? {3}(?:with (?:arguments|environment):| {2}\S+)$/;

/** What is marked. */
interface Reports {
  /** Lines of reports as they stand in the log: those that decide, and all of them. */
  decisive: ReadonlySet<string>;
  all: ReadonlySet<string>;
  /** Functions that hangs are blamed on: the kernel names them in the stacks that it is asked for. */
  hangs: readonly string[];
}

/** The function of a line of a stack; of one that may be stale (`? name`), none. */
function frameOf(line: string): string | undefined {
  return /\] +([\w.]+)\+0x[\da-f]+\/0x[\da-f]+/.exec(line)?.[1];
}

interface Placed {
  line: LogLine;
  index: number;
}

/**
 * The lines after the boot, each with its time since `zeroMs` (when the first step began, on the run's clock).
 * @param reports of crashes and hangs.
 */
export function logLines(text: string, clock: ClockOfLog, zeroMs: number, reports: Reports): LogLine[] {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const init = lines.findIndex((line) => bootEnds.test(line)) + 1;
  const start = lines.findIndex((line, index) => index >= init && !initWords.test(line));
  if (start === -1) return [];
  let boot = 0;
  const placed = lines.slice(start).map((line, index): Placed => {
    if (bootBegins.test(line)) boot++;
    const time = stamp.exec(line);
    const uptimeMs = time === null ? undefined : Number(time[1]) * 1000 + Number(time[2]) / 1000;
    const runMs = uptimeMs === undefined ? undefined : clock.toRun(uptimeMs, boot);
    const mark = markOf(line, reports);
    return {
      index,
      line: {
        text: line,
        ...(runMs === undefined ? {} : { atMs: Math.round((runMs - zeroMs) * 10) / 10 }),
        ...(mark === undefined ? {} : { mark }),
      },
    };
  });
  return cut(placed);
}

function markOf(line: string, { decisive, all, hangs }: Reports): LogLine['mark'] {
  if (decisive.has(line) || hangs.some((name) => frameOf(line) === name)) return 'decides';
  if (all.has(line)) return 'report';
  return isAlarming(line) ? 'alarm' : undefined;
}

/** Leaves out the middle of a long log, except marked lines; the line after a gap says how many are missing. */
function cut(placed: readonly Placed[]): LogLine[] {
  const middleEnds = placed.length - keptLines.last;
  let marked = 0;
  const kept = placed.filter(({ line, index }) => {
    const outside = index < keptLines.first || index >= middleEnds;
    return outside || (line.mark !== undefined && marked++ < mostMarked);
  });
  let next = 0;
  return kept.map(({ line, index }) => {
    const leftOut = index - next;
    next = index + 1;
    return leftOut === 0 ? line : { ...line, leftOut };
  });
}
