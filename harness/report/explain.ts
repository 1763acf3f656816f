// SPDX-License-Identifier: GPL-2.0-only
// Below the table: every deviation, told once for each cause, the unexpected ones first and in full. Pure.

import path from 'node:path';
import type { CellResult, Deviation } from '../results/events.ts';
import type { RunRecord } from '../results/run-record.ts';
import { headline } from './cell-lines.ts';
import { groupBy } from '../host/group-by.ts';
import { groupCells, type Group } from './groups.ts';
import { kernelLabels, shortName } from '../results/kernel-labels.ts';
import type { Style, Tone } from './style.ts';
import { pad, visible, wrap } from './text.ts';
import { mainDeviation } from '../results/main-deviation.ts';
import { repeatSuffix, verdictTone, verdictWord } from './verdict-words.ts';

export interface Page {
  style: Style;
  /** Terminal columns. */
  width: number;
  /** The run's folder as the reader can open it; '' when he stands in it. */
  folder: string;
}

/** The explanations as lines; empty when everything passed. */
export function explain(record: RunRecord, page: Page): string[] {
  const groups = groupCells(record.cells);
  const labels = kernelLabels(record);
  const names = (kernel: string) => labels.get(kernel) ?? shortName(kernel);
  const teller = new Teller(page, names);
  return [
    ...teller.section('UNEXPECTED', 'bad', groups.unexpected, (group) => teller.unexpected(group)),
    ...teller.section('UNSTABLE: repetitions do not agree', 'bad', groups.unstable, (group) => teller.unstable(group)),
    ...teller.section('UNBUILT: a kernel cannot be made of what was given', 'error', groups.unbuilt, (group) => [
      ...teller.text('', group.cell.why, 'strong'),
      ...teller.where(group.cells),
    ]),
    ...teller.section('ERROR: the infrastructure failed, not the kernel', 'error', groups.error, (group) =>
      teller.error(group),
    ),
    ...teller.notRun(record),
    ...teller.messages(record),
    ...teller.section('Known', 'known', groups.known, (group) => teller.known(group)),
    ...teller.section(
      'Known, but passed: is the kernel mended, or the entry too wide?',
      'strong',
      groups.knownButPassed,
      (group) => teller.entry(group, group.cell.knownButPassed, ''),
    ),
    ...teller.section('Skipped', 'strong', groups.skipped, (group) => [
      ...teller.text('', group.cell.why),
      ...teller.where(group.cells),
    ]),
  ];
}

/** Fields that are not wrapped: what is to be pasted, and what is already. */
const unbroken = new Set(['reproduce', 'evidence', 'folder', 'same in', '']);

class Teller {
  readonly #page: Page;
  readonly #label: (kernel: string) => string;

  constructor(page: Page, label: (kernel: string) => string) {
    this.#page = page;
    this.#label = label;
  }

  section(title: string, tone: Tone, groups: Group[], tell: (group: Group) => string[]): string[] {
    if (groups.length === 0) return [];
    return ['', this.#paint(tone, title), ...groups.flatMap((group) => ['', ...tell(group)])];
  }

  unexpected(group: Group): string[] {
    const { cell } = group;
    const main = mainDeviation(cell);
    const others = cell.deviations.filter((deviation) => deviation !== main);
    return [
      `  ${this.#head(cell)}`,
      ...this.text('  ', main?.title ?? cell.why, 'strong'),
      ...this.#fields([
        ['scenario', cell.title],
        ['step', main === undefined ? undefined : stepName(main)],
        ['wanted', main?.wanted],
        ['seen', main?.seen],
        ...others.map((other): [string, string] => ['also', sentence(other)]),
        ['evidence', this.#evidence(cell, main)],
        ['reproduce', cell.reproduce],
      ]),
      ...this.#sameIn(group),
    ];
  }

  unstable(group: Group): string[] {
    const { cell, cells } = group;
    const tally = [...groupBy(cells, verdictWord)].map(([word, members]) => `${word} ${members.length}`);
    const odd = cells.find((one) => verdictTone(one) !== 'good') ?? cell;
    return [
      `  ${this.#paint('bad', tally.join(', '))}  ${this.#label(cell.kernel)}  ${cell.scenario}`,
      ...this.#fields([
        [`as in ${odd.repeat}`, odd.why],
        ['folder', path.join(this.#page.folder, odd.folder)],
      ]),
    ];
  }

  error(group: Group): string[] {
    const { cell } = group;
    return [
      `  ${this.#head(cell)}`,
      ...this.text('  ', cell.why, 'strong'),
      ...this.#fields([
        ['folder', path.join(this.#page.folder, cell.folder)],
        ['reproduce', cell.reproduce],
      ]),
      ...this.#sameIn(group),
    ];
  }

  known(group: Group): string[] {
    const titles = new Set(group.cells.map(headlineOf));
    const [title = ''] = titles;
    const more = titles.size > 1 ? `  (and ${titles.size - 1} like it)` : '';
    return [
      ...this.text('', `${this.#page.style.mark('known')}${title}${more}`, 'known'),
      ...this.entry(group, group.cell.known),
    ];
  }

  /** A known entry and the cells that it is about. */
  entry(group: Group, entry: CellResult['known'], indent = '  '): string[] {
    return [
      ...(entry === undefined ? [] : this.text(indent, entry.because)),
      ...(entry?.bug === undefined ? [] : [`    ${visible(entry.bug)}`]),
      ...this.where(group.cells),
    ];
  }

  /** `7.2  remove/a, remove/b`, one kernel a line. */
  where(cells: readonly CellResult[]): string[] {
    return this.#places(cells).flatMap((line) => `    ${line}`);
  }

  notRun(record: RunRecord): string[] {
    if (record.unfinished.length === 0) return [];
    const count = record.unfinished.length;
    const why = record.interrupted ? 'the run was interrupted' : 'the lab never came to them';
    const planned = `${count} of ${count + record.cells.length} cells`;
    return ['', this.#paint('error', `NOT RUN: ${planned} have no verdict, ${why}`)];
  }

  messages(record: RunRecord): string[] {
    if (record.messages.length === 0) return [];
    return [
      '',
      this.#paint('strong', 'Warnings'),
      '',
      ...record.messages.flatMap(({ level, text }) => this.text('', text, level === 'error' ? 'error' : 'plain')),
    ];
  }

  /** Wrapped text, indented by two columns and `more`. */
  text(more: string, text: string, tone: Tone = 'plain'): string[] {
    const indent = `  ${more}`;
    return wrap(text, this.#page.width - indent.length).map((line) => indent + this.#paint(tone, line));
  }

  #head(cell: CellResult): string {
    const { style } = this.#page;
    const tone = verdictTone(cell);
    const what = this.#paint(tone, `${style.mark(tone)}${verdictWord(cell)}`);
    return `${what}  ${this.#label(cell.kernel)}  ${cell.scenario}${repeatSuffix(cell)}`;
  }

  #fields(fields: [string, string | undefined][]): string[] {
    const present = fields.filter((field): field is [string, string] => field[1] !== undefined && field[1] !== '');
    const column = Math.max(9, ...present.map(([name]) => name.length));
    return present.flatMap(([name, value]) => {
      const whole = unbroken.has(name);
      const lines = whole ? [visible(value)] : wrap(value, this.#page.width - column - 6);
      return lines.map((line, index) => {
        return `    ${this.#paint('quiet', pad(index === 0 ? name : '', column))}  ${line}`;
      });
    });
  }

  #sameIn({ cell, cells }: Group): string[] {
    const others = cells.filter((other) => other.scenario !== cell.scenario || other.kernel !== cell.kernel);
    const again = cells.length - others.length - 1;
    const repeated: [string, string][] =
      again > 0 ? [['again', `in ${again} more of ${cell.repeats} repetitions`]] : [];
    const places = this.#places(others, 15);
    return this.#fields([
      ...repeated,
      ...places.map((line, index): [string, string] => [index === 0 ? 'same in' : '', line]),
    ]);
  }

  // Kernels that show it in the same scenarios share a line.
  #places(cells: readonly CellResult[], indent = 4): string[] {
    const byKernel = [...groupBy(cells, (cell) => cell.kernel)].map(([kernel, members]) => {
      const scenarios = [...groupBy(members, (cell) => cell.scenario)].map(([scenario, same]) => {
        return same.length > 1 ? `${scenario} (${same.length} times)` : scenario;
      });
      return { label: this.#label(kernel), scenarios: scenarios.join(', ') };
    });
    const lines = [...groupBy(byKernel, (line) => line.scenarios)].map(([scenarios, same]) => {
      return { kernels: same.map((line) => line.label).join(' '), scenarios };
    });
    const column = Math.max(0, ...lines.map((line) => line.kernels.length));
    return lines.flatMap(({ kernels, scenarios }) => {
      const wrapped = wrap(scenarios, Math.max(20, this.#page.width - column - 2 - indent));
      return wrapped.map((text, index) => `${pad(index === 0 ? kernels : '', column)}  ${text}`);
    });
  }

  #evidence(cell: CellResult, deviation: Deviation | undefined): string {
    return path.join(this.#page.folder, cell.folder, deviation?.evidence ?? '');
  }

  #paint(tone: Tone, text: string): string {
    return this.#page.style.paint(tone, text);
  }
}

function headlineOf(cell: CellResult): string {
  const main = mainDeviation(cell);
  return main === undefined ? `${cell.verdict}: ${cell.why}` : headline(main);
}

function stepName(deviation: Deviation): string | undefined {
  const { step, stepIndex } = deviation;
  if (step === undefined) return undefined;
  return stepIndex === undefined ? step : `${stepIndex + 1}, ${step}`;
}

function sentence(deviation: Deviation): string {
  const { wanted, seen } = deviation;
  return `${headline(deviation)}${wanted === undefined ? '' : `; wanted ${wanted}; seen ${seen ?? 'nothing'}`}`;
}
