// SPDX-License-Identifier: GPL-2.0-only
// The table of a run: scenarios down, kernels across. Pure.

import stringWidth from 'string-width';
import type { CellResult, PlannedCell } from '../results/events.ts';
import type { RunRecord } from '../results/run-record.ts';
import { groupBy } from '../host/group-by.ts';
import { kernelLabels } from '../results/kernel-labels.ts';
import type { Style, Tone } from './style.ts';
import { clip, pad } from './text.ts';
import { isKnown } from '../results/verdicts.ts';
import { verdictTone, verdictWord } from './verdict-words.ts';

interface Entry {
  text: string;
  tone: Tone;
}

interface Column {
  label: string;
  version: string;
  /** By scenario. */
  entries: Map<string, Entry>;
}

/**
 * The lines of the table, at most `width` columns wide where possible. What does not fit is shortened first (no "(known)",
 * no exact versions), then the kernels are split over several tables, and only then are names cut.
 */
export function resultTable(record: RunRecord, style: Style, width: number): string[] {
  const scenarios = [...new Set([...record.cells, ...record.unfinished].map((cell) => cell.scenario))].sort();
  if (scenarios.length === 0) return [];
  const names = Math.max(...scenarios.map((scenario) => stringWidth(scenario)));
  const long = { scenarios, style, gap: 3 };
  const full = columnsOf(record, scenarios, false);
  if (names + spread(full, long) <= width) return block(names, full, long);
  const short = { scenarios, style, gap: 2 };
  const brief = columnsOf(record, scenarios, true);
  const widest = Math.max(...brief.map((column) => spread([column], short)));
  const fitting = Math.max(8, Math.min(names, width - widest));
  const blocks = split(brief, width - fitting, short).map((columns) => block(fitting, columns, short));
  const hasKnown = brief.some((column) => [...column.entries.values()].some((entry) => entry.tone === 'known'));
  const legend = hasKnown
    ? [style.paint('quiet', `${style.mark('known')}lower case: known issue; CAPITALS: unexpected`), '']
    : [];
  return [...legend, ...blocks.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]))];
}

interface Layout {
  scenarios: string[];
  style: Style;
  /** Blanks before each column. */
  gap: number;
}

function columnsOf(record: RunRecord, scenarios: string[], short: boolean): Column[] {
  const labels = kernelLabels(record);
  const versions = new Map(record.kernelFacts.map((facts) => [facts.kernel, facts.version]));
  return record.kernels.map((kernel) => {
    const mine = (cell: PlannedCell) => cell.kernel === kernel;
    const ended = groupBy(record.cells.filter(mine), (cell) => cell.scenario);
    const open = groupBy(record.unfinished.filter(mine), (cell) => cell.scenario);
    const label = labels.get(kernel) ?? kernel;
    const version = versions.get(kernel) ?? '';
    return {
      label,
      version: short || version === label ? '' : version,
      entries: new Map(
        scenarios.map((scenario) => {
          return [scenario, entryOf(ended.get(scenario) ?? [], (open.get(scenario) ?? []).length, short)];
        }),
      ),
    };
  });
}

/** What one scenario did on one kernel, over all repetitions. */
function entryOf(cells: CellResult[], unfinished: number, short: boolean): Entry {
  const [first] = cells;
  if (first === undefined) return { text: unfinished > 0 ? 'not run' : '', tone: 'quiet' };
  const counts = new Map<string, { count: number; tone: Tone }>();
  for (const cell of cells) {
    const verdict = `${verdictWord(cell)}${cell.reused === undefined ? '' : '*'}`;
    const word = isKnown(cell) && !short ? `${verdict} (known)` : verdict;
    const seen = counts.get(word);
    if (seen === undefined) counts.set(word, { count: 1, tone: verdictTone(cell) });
    else seen.count++;
  }
  const entries = [...counts].map(([word, { count, tone }]) => ({ word, count, tone }));
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) {
    const total = first.repeats;
    return { text: total > 1 ? countedWord(only.word, `${only.count}/${total}`) : only.word, tone: only.tone };
  }
  return { text: entries.map(({ word, count }) => countedWord(word, String(count))).join(', '), tone: worst(entries) };
}

/** `hang (known)`, `50/50` -> `hang 50/50 (known)`. */
function countedWord(word: string, count: string): string {
  return word.replace(/^\w+/, (verdict) => `${verdict} ${count}`);
}

const badness: Tone[] = ['bad', 'error', 'known', 'good', 'quiet'];

function worst(entries: { tone: Tone }[]): Tone {
  return badness.find((tone) => entries.some((entry) => entry.tone === tone)) ?? 'plain';
}

function cellText(entry: Entry, style: Style): string {
  return entry.text === '' ? '' : `${entry.text === 'not run' ? '' : style.mark(entry.tone)}${entry.text}`;
}

function columnWidth(column: Column, style: Style): number {
  const texts = [...column.entries.values()].map((entry) => cellText(entry, style));
  const mark = style.mark('good').length;
  return Math.max(
    ...[column.label, column.version].map((text) => mark + stringWidth(text)),
    ...texts.map((text) => stringWidth(text)),
  );
}

function spread(columns: Column[], { style, gap }: Layout): number {
  return columns.reduce((sum, column) => sum + gap + columnWidth(column, style), 0);
}

/** Groups of columns that fit into `space`, at least one column each. */
function split(columns: Column[], space: number, layout: Layout): Column[][] {
  const groups: Column[][] = [];
  for (const column of columns) {
    const last = groups.at(-1);
    if (last === undefined || spread([...last, column], layout) > space) groups.push([column]);
    else last.push(column);
  }
  return groups;
}

function block(names: number, columns: Column[], { scenarios, style, gap }: Layout): string[] {
  const widths = columns.map((column) => columnWidth(column, style));
  const row = (name: string, entries: Entry[]) => {
    const cells = entries.map(({ text, tone }, index) => {
      const blank = ' '.repeat(Math.max(0, (widths[index] ?? 0) - stringWidth(text)));
      return ' '.repeat(gap) + style.paint(tone, text) + blank;
    });
    return (pad(clip(name, names), names) + cells.join('')).trimEnd();
  };
  // Headings stand over the words, not over the symbols.
  const indent = ' '.repeat(style.mark('good').length);
  const heading = (tone: Tone, text: string): Entry => ({ text: text === '' ? '' : indent + text, tone });
  const versions = columns.map((column) => heading('quiet', column.version));
  const rows = scenarios.map((scenario) => {
    const entries = columns.map((column) => column.entries.get(scenario) ?? { text: '', tone: 'plain' as const });
    return row(
      scenario,
      entries.map((entry) => ({ text: cellText(entry, style), tone: entry.tone })),
    );
  });
  return [
    row(
      '',
      columns.map((column) => heading('strong', column.label)),
    ),
    ...(versions.some((version) => version.text !== '') ? [row('', versions)] : []),
    ...rows,
  ];
}
