// SPDX-License-Identifier: GPL-2.0-only
// A run for GitHub Actions: the summary of a job as Markdown, and annotations. GitHub shows at most 1 MiB of a step's summary and 10
// annotations of a kind of a step. Pure.

import type { CellResult } from '../results/events.ts';
import { kernelLabels } from '../results/kernel-labels.ts';
import { mainDeviation } from '../results/main-deviation.ts';
import type { RunRecord } from '../results/run-record.ts';
import { isUnexpected } from '../results/verdicts.ts';
import { deviationLines, notRunReason, settledLines } from './cell-lines.ts';
import { countLine, tallyOf } from './final-report.ts';
import { groupCells } from './groups.ts';
import { plainStyle } from './style.ts';
import { resultTable } from './table.ts';
import { visible } from './text.ts';

/** Bytes, with space for the last line. */
const mostSummary = 1024 * 1024 - 1024;
const mostAnnotations = 10;

/** Markdown for $GITHUB_STEP_SUMMARY, with a newline at the end. What is unexpected comes first; the end is left out when it is too long. */
export function githubSummary(record: RunRecord): string {
  const labels = kernelLabels(record);
  const shown = record.cells.filter(
    (cell) => isUnexpected(cell) || cell.verdict === 'error' || cell.verdict === 'unbuilt',
  );
  const blocks = [
    `# hazmat: ${escaped(record.name)}`,
    `**${countLine(tallyOf(record), plainStyle)}**`,
    ...(record.unfinished.length === 0
      ? []
      : [`${record.unfinished.length} cells were not run: ${notRunReason(record)}.`]),
    ...shown.map((cell) => cellBlock(cell, labels.get(cell.kernel) ?? cell.kernel)),
    `<details><summary>All cells</summary>\n\n${fenced(resultTable(record, plainStyle, 120))}\n\n</details>`,
  ];
  const kept: string[] = [];
  let bytes = 0;
  for (const block of blocks) {
    bytes += Buffer.byteLength(block) + 2;
    if (bytes > mostSummary) {
      kept.push('The rest is too long for this page: it is in summary.txt of the run.');
      break;
    }
    kept.push(block);
  }
  return `${kept.join('\n\n')}\n`;
}

/** Workflow commands, one a line: each kind of unexpected failure once, then infrastructure errors; at most ten. */
export function githubAnnotations(record: RunRecord): string {
  const { unexpected, unbuilt, error } = groupCells(record.cells);
  const groups = [...unexpected, ...unbuilt, ...error];
  const lines = groups.map(({ cell, cells }) => {
    const more = cells.length === 1 ? '' : ` (and ${cells.length - 1} more cells)`;
    const message = `${mainDeviation(cell)?.title ?? cell.why}${more}\nreproduce: ${cell.reproduce}`;
    const kind = cell.verdict === 'error' ? 'warning' : 'error';
    return `::${kind} title=${property(`${cell.verdict} ${cell.kernel} ${cell.scenario}`)}::${data(message)}`;
  });
  return lines
    .slice(0, mostAnnotations)
    .map((line) => `${line}\n`)
    .join('');
}

function cellBlock(cell: CellResult, label: string): string {
  const lines = [cell.title, ...settledLines(cell), ...cell.deviations.flatMap((one) => deviationLines(cell, one))];
  const why = cell.deviations.length === 0 ? cell.why.split('\n') : [];
  const reproduce = `reproduce: ${cell.reproduce}`;
  return `### ${cell.verdict.toUpperCase()} ${escaped(label)} ${escaped(cell.scenario)}\n\n${fenced([...lines, ...why, reproduce])}`;
}

/** A fence that is longer than any in the text: what a guest has logged cannot end it. */
function fenced(lines: readonly string[]): string {
  const text = lines
    .flatMap((line) => line.split('\n'))
    .map(visible)
    .join('\n');
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

/** Text that Markdown and HTML leave alone. */
function escaped(text: string): string {
  return visible(text).replaceAll(/[\\`*_{}[\]<>()#+!|&~-]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** The escapes of workflow commands (actions/toolkit, packages/core/src/command.ts). */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
