// SPDX-License-Identifier: GPL-2.0-only
// A plan as text, for --list: every cell, and every cell that is left out and why. Pure.

import type { DroppedCell, PlannedCell } from '../results/events.ts';
import { duration, pad } from './text.ts';
import { repeatSuffix } from './verdict-words.ts';

/** With a newline at the end. `reasons`: by the id of a cell, why it is run. */
export function planList(
  cells: readonly PlannedCell[],
  dropped: readonly DroppedCell[],
  reasons: ReadonlyMap<string, string> = new Map(),
): string {
  const width = (names: readonly string[]): number => Math.max(0, ...names.map(({ length }) => length));
  const all = [...cells, ...dropped];
  const [kernels, scenarios] = [width(all.map(({ kernel }) => kernel)), width(all.map(({ scenario }) => scenario))];
  const line = (kernel: string, scenario: string, rest: string): string =>
    `  ${pad(kernel, kernels)}  ${pad(scenario, scenarios)}  ${rest}`.trimEnd();
  const known = cells.flatMap(({ expectedMs }) => expectedMs ?? []);
  const total = known.reduce((sum, one) => sum + one, 0);
  const unknown = cells.length - known.length;
  const time =
    known.length === 0
      ? ''
      : `, about ${duration(total)} of guest time${unknown === 0 ? '' : `, ${unknown} not known`}`;
  return [
    `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}${time}`,
    ...cells.map((cell) => {
      const ms = cell.expectedMs === undefined ? '' : duration(cell.expectedMs);
      const expected = `${repeatSuffix(cell).trim()} ${ms}`.trim();
      return line(
        cell.kernel,
        cell.scenario,
        [expected, reasons.get(cell.id) ?? ''].filter((word) => word !== '').join('  '),
      );
    }),
    ...(dropped.length === 0 ? [] : ['', `${dropped.length} left out`]),
    ...dropped.map(({ kernel, scenario, why }) => line(kernel, scenario, why)),
    '',
  ].join('\n');
}
