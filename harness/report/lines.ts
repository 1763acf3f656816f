// SPDX-License-Identifier: GPL-2.0-only
// One line for each task and cell that ended: live progress scrolls them upwards, the plain log prints them with the time. Pure.

import type { CellResult, RunEvent } from '../results/events.ts';
import { shortName } from '../results/kernel-labels.ts';
import type { Style, Tone } from './style.ts';
import { clip, duration, pad, padStart, visible } from './text.ts';
import { mainDeviation } from '../results/main-deviation.ts';
import { isKnown } from '../results/verdicts.ts';
import { repeatSuffix, verdictTone, verdictWord } from './verdict-words.ts';

/** Columns that line up over a whole run; from the plan, so that they never jump. */
export interface Columns {
  kernel: number;
  scenario: number;
}

export function columnsFor(event: Extract<RunEvent, { type: 'run-started' }>): Columns {
  const longest = (texts: string[], most: number) => Math.min(most, Math.max(0, ...texts.map((text) => text.length)));
  return {
    kernel: longest(event.kernels.map(shortName), 16),
    scenario: longest(
      event.cells.map((cell) => cell.scenario + repeatSuffix(cell)),
      44,
    ),
  };
}

const wordWidth = 'UNBUILT'.length;

/** `✗ HANG    7.2   remove/shared-mappers   12 s  hang in unbind: mf_dax_kill_procs`. */
export function cellLine(cell: CellResult, columns: Columns, style: Style, width: number): string {
  const tone = verdictTone(cell);
  const mark = style.mark(tone);
  const word = pad(verdictWord(cell), wordWidth);
  const kernel = pad(clip(shortName(cell.kernel), columns.kernel), columns.kernel);
  const scenario = pad(clip(cell.scenario + repeatSuffix(cell), columns.scenario), columns.scenario);
  const start = `${mark}${word}  ${kernel}  ${scenario}  ${padStart(duration(cell.durationMs), 7)}`;
  if (start.length > width)
    return style.paint(tone, clip(`${mark}${verdictWord(cell)} ${shortName(cell.kernel)} ${cell.scenario}`, width));
  const reason = clip(visible(reasonOf(cell)), width - start.length - 2);
  const rest = start.slice((mark + word).length);
  return (
    style.paint(tone, mark + word) +
    rest +
    (reason === '' ? '' : `  ${style.paint(reasonTone(cell), reason)}`)
  ).trimEnd();
}

function reasonOf(cell: CellResult): string {
  const { reused } = cell;
  const origin = reused === undefined ? [] : [`taken over from ${reused.run}`];
  return [...origin, verdictReason(cell)].filter(Boolean).join('; ');
}

function verdictReason(cell: CellResult): string {
  if (cell.verdict === 'pass')
    return cell.knownButPassed === undefined ? '' : 'passed, although a known issue is recorded';
  if (isKnown(cell)) return `known: ${cell.known?.because ?? cell.why}`;
  return mainDeviation(cell)?.title ?? cell.why;
}

function reasonTone(cell: CellResult): Tone {
  return cell.expected ? 'quiet' : 'plain';
}

/** Shorter tasks that go well need no line of their own. Milliseconds. */
const worthALineMs = 3000;

/** Whether the end of a task gets a line: it failed, or a person has waited for it. */
export function isWorthALine(event: Extract<RunEvent, { type: 'task-ended' }>): boolean {
  return !event.ok || event.durationMs >= worthALineMs;
}

/** `fetched 7.2 …  12 s`; a failed task says why. */
export function taskLine(event: Extract<RunEvent, { type: 'task-ended' }>, style: Style, width: number): string {
  const took = duration(event.durationMs);
  const note = event.note === undefined ? '' : `: ${event.note}`;
  if (!event.ok)
    return style.paint('error', clip(visible(`${style.mark('error')}FAILED  ${event.title}${note}`), width));
  return style.paint('quiet', clip(visible(`${style.mark('quiet')}${event.title}${note}, ${took}`), width));
}

/** A cell whose first try the infrastructure has spoiled. */
export function retryLine({ id, firstTry }: Extract<RunEvent, { type: 'cell-retried' }>, style: Style): string {
  const why = firstTry.why.split('\n')[0] ?? '';
  return style.paint('error', visible(`${style.mark('error')}${id}: infrastructure error, one more try: ${why}`));
}

export function messageLine(event: Extract<RunEvent, { type: 'message' }>, style: Style): string {
  const tone: Tone = event.level === 'error' ? 'error' : event.level === 'warning' ? 'known' : 'plain';
  const word = event.level === 'info' ? '' : `${event.level}: `;
  return style.paint(tone, visible(word + event.text));
}
