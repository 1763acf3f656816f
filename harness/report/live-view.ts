// SPDX-License-Identifier: GPL-2.0-only
// The block at the foot of a terminal during a run: what is running, and how far the run is. Pure.

import { countLine, tallyOf } from './final-report.ts';
import { shortName } from '../results/kernel-labels.ts';
import type { Columns } from './lines.ts';
import type { Progress, RunningCell, RunningTask } from './progress.ts';
import type { Style } from './style.ts';
import { clip, elapsed, pad, visible } from './text.ts';
import { repeatSuffix } from './verdict-words.ts';

export interface View {
  style: Style;
  columns: Columns;
  /** Terminal size. */
  width: number;
  height: number;
  /** Run time now, as an event's `ms`. */
  nowMs: number;
}

/** The lines of the block, none wider than the terminal, and fewer than it has. */
export function liveView(progress: Progress, view: View): string[] {
  const record = progress.record();
  if (record === undefined) return [];
  const planned = record.cells.length + record.unfinished.length;
  const tally = countLine({ ...tallyOf(record), notRun: 0 }, view.style);
  const done = `${record.cells.length} of ${planned} cells`;
  const plainTally = countLine({ ...tallyOf(record), notRun: 0 }, { ...view.style, paint: (_tone, text) => text });
  const left = progress.leftMs(view.nowMs);
  const time =
    elapsed(view.nowMs) + (left === undefined || record.unfinished.length === 0 ? '' : `, ${leftWords(left)}`);
  const foot =
    `${done}   ${plainTally}   ${time}`.length <= view.width
      ? `${view.style.paint('strong', done)}   ${tally}   ${view.style.paint('quiet', time)}`
      : clip(done, view.width);
  const busy = [
    ...[...progress.tasks.values()].map((task) => taskRow(task, view)),
    ...[...progress.cells.values()].map((cell) => cellRow(cell, view)),
  ];
  const space = Math.max(1, view.height - 5);
  const shown =
    busy.length > space ? [...busy.slice(0, space), clip(`  and ${busy.length - space} more`, view.width)] : busy;
  return ['', ...shown, foot];
}

/** `about 12 s left`. */
export function leftWords(ms: number): string {
  return `about ${elapsed(Math.ceil(ms / 1000) * 1000)} left`;
}

/** The time comes right after the text, or at the right edge of a narrow terminal. */
function row(text: string, time: string, view: View): string {
  const space = view.width - time.length - 3;
  if (space < 12) return clip(text, view.width);
  return `${clip(text, space)}  ${view.style.paint('quiet', time)}`;
}

function taskRow(task: RunningTask, view: View): string {
  const note = task.note === '' ? '' : `: ${task.note}`;
  return row(`  ${visible(task.title + note)}`, elapsed(view.nowMs - task.sinceMs), view);
}

function cellRow({ cell, sinceMs, step }: RunningCell, view: View): string {
  const { columns, width } = view;
  const doing = visible(step === undefined ? 'preparing the guest' : `${step.number}. ${step.label}`);
  const [kernel, scenario] = [shortName(cell.kernel), cell.scenario + repeatSuffix(cell)];
  // Columns only where they leave space for the step, which matters more.
  const text =
    columns.kernel + columns.scenario + 30 <= width
      ? `  ${pad(clip(kernel, columns.kernel), columns.kernel)}  ${pad(clip(scenario, columns.scenario), columns.scenario)}  ${doing}`
      : `  ${kernel} ${cell.scenario.split('/').at(-1) ?? scenario}: ${doing}`;
  return row(text, elapsed(view.nowMs - (step?.sinceMs ?? sinceMs)), view);
}
