// SPDX-License-Identifier: GPL-2.0-only
// A cell in the reports for programs: ended or not, and its deviations as lines. The words for what is missing.

import type { CellResult, Deviation, PlannedCell } from '../results/events.ts';
import type { RunRecord } from '../results/run-record.ts';

/** Distinguishes a cell that has a verdict from one that was only planned. */
export function isEnded(cell: CellResult | PlannedCell): cell is CellResult {
  return 'verdict' in cell;
}

/** `fail in signals: nobody was signaled`; what the title already says is not repeated. */
export function headline({ kind, step, title }: Deviation): string {
  if (title.toLowerCase().startsWith(kind)) return title;
  const rest = step !== undefined && title.startsWith(`${step}: `) ? title.slice(step.length + 2) : title;
  return `${kind}${step === undefined ? '' : ` in ${step}`}: ${rest}`;
}

/** One deviation: headline, expected, seen, where the evidence is. */
export function deviationLines(cell: CellResult, deviation: Deviation): string[] {
  const { wanted, seen, elsewhere, evidence } = deviation;
  return [
    headline(deviation),
    ...(wanted === undefined ? [] : [`  expected: ${wanted}`]),
    ...(seen === undefined ? [] : [`  seen: ${seen}`]),
    ...(elsewhere === undefined ? [] : [`  ${elsewhere}`]),
    ...(evidence === undefined ? [] : [`  evidence: ${cell.folder}/${evidence}`]),
  ];
}

/** How a cell was settled, where that is not by running it once. */
export function settledLines({ reused, firstTry, folder }: CellResult): string[] {
  return [
    ...(reused === undefined
      ? []
      : [`taken over from ${reused.run}, where all that the verdict depends on was the same`]),
    ...(firstTry === undefined
      ? []
      : [`second try; the first one was an infrastructure error: ${firstTry.why} (${folder}/${firstTry.folder})`]),
  ];
}

/** Why planned cells have no verdict. */
export function notRunReason({ interrupted }: Pick<RunRecord, 'interrupted'>): string {
  return interrupted ? 'the run was interrupted' : 'the run ended before they started';
}
