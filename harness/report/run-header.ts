// SPDX-License-Identifier: GPL-2.0-only
// The first lines of a run in a terminal: what is run on what, and where the results are. Pure.

import type { RunEvent } from '../results/events.ts';
import { shortName } from '../results/kernel-labels.ts';
import type { RunRecord } from '../results/run-record.ts';
import type { Style } from './style.ts';
import { wrap } from './text.ts';

export function runHeader(
  event: Extract<RunEvent, { type: 'run-started' }>,
  style: Style,
  width: number,
  folder: string,
): string[] {
  const scenarios = new Set(event.cells.map((cell) => cell.scenario)).size;
  const repeats = Math.max(1, ...event.cells.map((cell) => cell.repeats));
  const times = repeats > 1 ? `, ${repeats} times` : '';
  const what = `${count(scenarios, 'scenario')} on ${event.kernels.map(shortName).join(', ')}${times}`;
  const [first = '', ...more] = wrap(`hazmat: ${what}: ${count(event.cells.length, 'cell')}`, width);
  return [style.paint('strong', first), ...more, ...[`${folder}/`].map((line) => style.paint('quiet', line))];
}

/** The first lines of a run that goes on. */
export function resumedHeader(record: RunRecord | undefined, style: Style): string[] {
  if (record === undefined) return [];
  const planned = record.cells.length + record.unfinished.length;
  return [
    style.paint(
      'strong',
      `hazmat: resumed ${record.name}: ${record.cells.length} of ${count(planned, 'cell')} have a verdict`,
    ),
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
