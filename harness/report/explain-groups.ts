// SPDX-License-Identifier: GPL-2.0-only
// One paragraph for each group of cells with the same cause: what was expected and seen, the evidence, how to reproduce it. Pure.

import path from 'node:path';
import { failureRate } from '../history/wilson.ts';
import { groupBy } from '../host/group-by.ts';
import type { CellResult, Deviation } from '../results/events.ts';
import { mainDeviation } from '../results/main-deviation.ts';
import { isAboutKernel } from '../results/verdicts.ts';
import { headline } from './cell-lines.ts';
import type { Group } from './groups.ts';
import { rateWords } from './rate-words.ts';
import type { Style, Tone } from './style.ts';
import { pad, paragraph, visible, wrap } from './text.ts';
import { repeatSuffix, verdictTone, verdictWord } from './verdict-words.ts';

export interface Page {
  style: Style;
  /** Terminal columns. */
  width: number;
  /** The run's folder as the reader can open it; '' when it is the working directory. */
  folder: string;
}

/** Fields that are not wrapped: what is to be pasted, and what is wrapped already. */
const unbroken = new Set(['reproduce', 'evidence', 'folder', 'same in', '']);

export class ExplainedGroups {
  readonly #page: Page;
  readonly #label: (kernel: string) => string;

  /** `label`: what a kernel is called in the table. */
  constructor(page: Page, label: (kernel: string) => string) {
    this.#page = page;
    this.#label = label;
  }

  unexpected(group: Group): string[] {
    const { cell } = group;
    const main = mainDeviation(cell);
    const others = cell.deviations.filter((deviation) => deviation !== main);
    return [
      `  ${this.#head(cell)}`,
      ...this.#text('    ', main?.title ?? cell.why, 'strong'),
      ...this.#fields([
        ['scenario', cell.title],
        ['step', main === undefined ? undefined : stepName(main)],
        ['expected', main?.wanted],
        ['seen', main?.seen],
        ['known as', main?.elsewhere],
        ...others.map((other): [string, string] => ['also', sentence(other)]),
        ['evidence', path.join(this.#page.folder, cell.folder, main?.evidence ?? '')],
        ['reproduce', cell.reproduce],
        ...this.#sameIn(group),
      ]),
    ];
  }

  flaky({ cell, cells }: Group): string[] {
    const counts = [...groupBy(cells, verdictWord)].map(([word, members]) => `${members.length} ${word}`);
    const judged = cells.filter(isAboutKernel);
    const failures = judged.filter(({ verdict }) => verdict !== 'pass').length;
    const odd = cells.find((one) => verdictTone(one) !== 'good') ?? cell;
    return [
      `  ${this.#paint('bad', counts.join(', '))}  ${this.#label(cell.kernel)}  ${cell.scenario}`,
      ...this.#fields([
        ['fails in', `${rateWords(failureRate(failures, judged.length, 0.95))} (95 %)`],
        [`number ${odd.repeat}`, odd.why],
        ['folder', path.join(this.#page.folder, odd.folder)],
      ]),
    ];
  }

  error(group: Group): string[] {
    const { cell } = group;
    return [
      `  ${this.#head(cell)}`,
      ...this.#text('    ', cell.why, 'strong'),
      ...this.#fields([
        ['folder', path.join(this.#page.folder, cell.folder)],
        ['reproduce', cell.reproduce],
        ...this.#sameIn(group),
      ]),
    ];
  }

  known(group: Group): string[] {
    const titles = new Set(group.cells.map(headlineOf));
    const [title = ''] = titles;
    const more = titles.size > 1 ? `  (and ${titles.size - 1} similar)` : '';
    return [
      ...this.#text('  ', `${this.#page.style.mark('known')}${title}${more}`, 'known'),
      ...this.entry(group, group.cell.known, '  '),
    ];
  }

  /** A known issue and the cells that it covers. */
  entry(group: Group, entry: CellResult['known'], indent: string): string[] {
    return [
      ...(entry === undefined ? [] : this.#text(`  ${indent}`, entry.because)),
      ...(entry?.bug === undefined ? [] : [`    ${visible(entry.bug)}`]),
      ...this.#where(group.cells),
    ];
  }

  /** Cells with nothing but a reason. */
  reason({ cell, cells }: Group, tone: Tone): string[] {
    return [...this.#text('  ', cell.why, tone), ...this.#where(cells)];
  }

  /** `7.2  remove/a, remove/b`, one kernel a line. */
  #where(cells: readonly CellResult[]): string[] {
    return this.#places(cells, 4).map((line) => `    ${line}`);
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
      const lines = unbroken.has(name) ? [visible(value)] : wrap(value, this.#page.width - column - 6);
      return lines.map((line, index) => `    ${this.#paint('quiet', pad(index === 0 ? name : '', column))}  ${line}`);
    });
  }

  /** Where else the same was seen. */
  #sameIn({ cell, cells }: Group): [string, string][] {
    const others = cells.filter((other) => other.scenario !== cell.scenario || other.kernel !== cell.kernel);
    const again = cells.length - others.length - 1;
    return [
      ...(again > 0 ? [['again', `in ${again} more of ${cell.repeats} repetitions`] as [string, string]] : []),
      ...this.#places(others, 15).map((line, index): [string, string] => [index === 0 ? 'same in' : '', line]),
    ];
  }

  /** Cells as lines that are wrapped behind `indent` columns. Kernels that show it in the same scenarios share a line. */
  #places(cells: readonly CellResult[], indent: number): string[] {
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

  #text(indent: string, text: string, tone: Tone = 'plain'): string[] {
    return paragraph(text, this.#page.width, indent).map(
      (line) => indent + this.#paint(tone, line.slice(indent.length)),
    );
  }

  #paint(tone: Tone, text: string): string {
    return this.#page.style.paint(tone, text);
  }
}

function headlineOf(cell: CellResult): string {
  const main = mainDeviation(cell);
  return main === undefined ? `${cell.verdict}: ${cell.why}` : headline(main);
}

function stepName({ step, stepIndex }: Deviation): string | undefined {
  return step === undefined || stepIndex === undefined ? step : `${stepIndex + 1}, ${step}`;
}

function sentence(deviation: Deviation): string {
  const { wanted, seen } = deviation;
  return `${headline(deviation)}${wanted === undefined ? '' : `; expected ${wanted}; seen ${seen ?? 'nothing'}`}`;
}
