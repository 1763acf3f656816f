// SPDX-License-Identifier: GPL-2.0-only
// A comparison for a person at a terminal: the table, then what changed and how. Pure.

import stringWidth from 'string-width';
import type { Change, Comparison, ScenarioChange, SideFacts } from '../compare/comparison.ts';
import { isNews } from '../compare/is-news.ts';
import { shownWord } from '../compare/shown-word.ts';
import { testedWord } from '../compare/side.ts';
import { allNotes, latencyLines, logParts, notComparable, scenarioFields, type Field } from './comparison-details.ts';
import { changeWord, countsLine, leftOutLines } from './comparison-words.ts';
import { coverageLines } from './coverage-text.ts';
import { shownFolder } from './final-report.ts';
import type { Style, Tone } from './style.ts';
import { clip, pad, visible, wrap } from './text.ts';

export interface ComparisonPage {
  style: Style;
  /** Terminal columns. */
  width: number;
  /** Where the reader stands: paths below it are relative. */
  from: string;
}

const tones: Record<Change, Tone> = {
  regressed: 'bad',
  changed: 'known',
  flaky: 'known',
  fixed: 'good',
  known: 'known',
  unchanged: 'quiet',
  'not comparable': 'quiet',
};

/** The whole text, with a newline at its end. */
export function comparisonText(comparisons: readonly Comparison[], page: ComparisonPage): string {
  const writer = new Writer(page);
  return `${comparisons.map((comparison) => writer.lines(comparison).join('\n')).join('\n\n')}\n`;
}

class Writer {
  readonly #page: ComparisonPage;

  constructor(page: ComparisonPage) {
    this.#page = page;
  }

  lines(comparison: Comparison): string[] {
    return [
      ...this.#sides(comparison),
      '',
      ...this.#table(comparison),
      ...this.#details(comparison),
      ...this.#log(comparison),
      ...this.#section('Added lines', comparison.coverage === undefined ? [] : coverageLines(comparison.coverage)),
      ...this.#section('Times', latencyLines(comparison)),
      ...this.#section('Not comparable', notComparable(comparison)),
      ...this.#section('Notes', allNotes(comparison)),
      '',
      this.#paint(comparison.regressed.length > 0 ? 'bad' : 'plain', countsLine(comparison)),
    ];
  }

  #sides(comparison: Comparison): string[] {
    const { base, tested } = comparison;
    const kernel = ({ kernel: spec, release = '', origin }: SideFacts) =>
      `${spec}  ${release}${origin === undefined ? '' : `  (${origin})`}`.trimEnd();
    const run = ({ folder }: SideFacts) => shownFolder(folder, this.#page.from);
    const oneRun = base.folder === tested.folder;
    return [
      ['base', kernel(base)],
      ...(oneRun ? [] : [['', run(base)]]),
      [testedWord(comparison), kernel(tested)],
      [oneRun ? 'run' : '', run(tested)],
    ].map(([name = '', value = '']) => visible(`${name.padEnd(9)} ${value}`));
  }

  #table(comparison: Comparison): string[] {
    const { base, tested, scenarios } = comparison;
    const labels = base.label === tested.label ? ['base', testedWord(comparison)] : [base.label, tested.label];
    const head = ['scenario', ...labels, 'change'];
    const rows = scenarios.map((one) => [
      one.scenario,
      shownWord(one.base) || '-',
      shownWord(one.tested) || '-',
      changeWord(one),
    ]);
    const widths = [0, 1, 2, 3].map((column) =>
      Math.max(...[head, ...rows].map((row) => stringWidth(row[column] ?? ''))),
    );
    const others = widths.slice(1).reduce((sum, width) => sum + width + 3, 0);
    const names = Math.max(12, Math.min(widths[0] ?? 0, this.#page.width - others));
    const row = (cells: string[], tone: (column: number) => Tone) =>
      cells
        .map((cell, column) => {
          const width = column === 0 ? names : column === 3 ? 0 : (widths[column] ?? 0);
          return this.#paint(tone(column), pad(column === 0 ? clip(cell, names) : cell, width));
        })
        .join('   ')
        .trimEnd();
    return [
      row(head, () => 'strong'),
      ...rows.map((cells, index) => row(cells, (column) => (column === 3 ? toneOf(scenarios[index]) : 'plain'))),
    ];
  }

  #details(comparison: Comparison): string[] {
    return comparison.scenarios
      .filter(isNews)
      .flatMap((one) => [
        '',
        `${this.#paint(toneOf(one), changeWord(one))}  ${this.#paint('strong', one.scenario)}`,
        ...this.#wrapped(one.title, '  '),
        ...this.#fields(scenarioFields(one, testedWord(comparison))),
      ]);
  }

  #log(comparison: Comparison): string[] {
    return logParts(comparison).flatMap(({ title, lines, ...leftOut }) => [
      '',
      this.#paint('strong', `Kernel log: ${title}`),
      ...lines.flatMap(({ line, alarming, where }) => [
        ...this.#wrapped(line, '  ', alarming ? 'bad' : 'plain'),
        ...this.#wrapped(where, '      ', 'quiet'),
      ]),
      ...(leftOutLines(leftOut) === '' ? [] : [`  and ${leftOutLines(leftOut)}; --json lists them all`]),
    ]);
  }

  #section(title: string, lines: string[]): string[] {
    if (lines.length === 0) return [];
    return ['', this.#paint('strong', title), ...lines.flatMap((line) => this.#wrapped(line, '  '))];
  }

  #fields(fields: Field[]): string[] {
    const column = 10;
    return fields.flatMap(([name, value]) => {
      const lines =
        name === 'evidence'
          ? [visible(shownFolder(value, this.#page.from))]
          : wrap(value, this.#page.width - column - 6);
      return lines.map((line, index) => `    ${this.#paint('quiet', pad(index === 0 ? name : '', column))}  ${line}`);
    });
  }

  #wrapped(text: string, indent: string, tone: Tone = 'plain'): string[] {
    return wrap(text, this.#page.width - indent.length).map((line) => indent + this.#paint(tone, line));
  }

  #paint(tone: Tone, text: string): string {
    return this.#page.style.paint(tone, text);
  }
}

function toneOf(change: ScenarioChange | undefined): Tone {
  if (change === undefined) return 'plain';
  return change.regressed ? 'bad' : tones[change.change];
}
