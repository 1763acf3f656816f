// SPDX-License-Identifier: GPL-2.0-only
// A cell in the reports that machines read: ended or not, and its deviations as lines.

import type { CellResult, Deviation, PlannedCell } from '../results/events.ts';

/** Tells a cell that has a verdict from one that was only planned. */
export function isEnded(cell: CellResult | PlannedCell): cell is CellResult {
  return 'verdict' in cell;
}

/** `fail in signals: nobody was signaled`; what the title says itself is not said twice. */
export function headline({ kind, step, title }: Deviation): string {
  if (title.toLowerCase().startsWith(kind)) return title;
  const rest = step !== undefined && title.startsWith(`${step}: `) ? title.slice(step.length + 2) : title;
  return `${kind}${step === undefined ? '' : ` in ${step}`}: ${rest}`;
}

/** One deviation: headline, wanted, seen, where the evidence lies. */
export function deviationLines(cell: CellResult, deviation: Deviation): string[] {
  const { wanted, seen, evidence } = deviation;
  return [
    headline(deviation),
    ...(wanted === undefined ? [] : [`  wanted: ${wanted}`]),
    ...(seen === undefined ? [] : [`  seen: ${seen}`]),
    ...(evidence === undefined ? [] : [`  evidence: ${cell.folder}/${evidence}`]),
  ];
}
