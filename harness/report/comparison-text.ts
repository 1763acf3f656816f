// SPDX-License-Identifier: GPL-2.0-only
// A comparison for a person at a terminal: the table, then what changed and how. Pure.

import stringWidth from 'string-width';
import type { Change, Comparison, ScenarioChange } from '../compare/compare.ts';
import { latencyLines, logParts, notCompared, scenarioFields, sideNotes, type Field } from './comparison-details.ts';
import { shownWord } from '../compare/shown-word.ts';
import { changeWord, countsLine, leftOutLines } from './comparison-words.ts';
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
  changed: 'bad',
  flaky: 'known',
  fixed: 'good',
  known: 'known',
  unchanged: 'quiet',
  'not comparable': 'quiet',
};

/** The whole text, with a newline at its end. */
export function comparisonText(comparisons: readonly Comparison[], page: ComparisonPage): string {
  return `${comparisons.map((comparison) => comparisonLines(comparison, page).join('\n')).join('\n\n')}\n`;
}

function comparisonLines(comparison: Comparison, page: ComparisonPage): string[] {
  const writer = new Writer(page);
  return [
    ...writer.sides(comparison),
    '',
    ...writer.table(comparison),
    ...writer.details(comparison),
    ...writer.log(comparison),
    ...writer.section('Times', latencyLines(comparison)),
    ...writer.section(
      'Not compared',
      notCompared(comparison).map(({ reason, scenarios }) => `${reason}: ${scenarios.join(', ')}`),
    ),
    ...writer.section('Notes', [...comparison.notes, ...sideNotes(comparison)]),
    '',
    page.style.paint(comparison.regressed.length > 0 ? 'bad' : 'plain', countsLine(comparison)),
  ];
}

class Writer {
  readonly #page: ComparisonPage;

  constructor(page: ComparisonPage) {
    this.#page = page;
  }

  sides({ base, tested }: Comparison): string[] {
    const told = ({ kernel, release, origin }: Comparison['base']) =>
      `${kernel}  ${release ?? ''}${origin === undefined ? '' : `  (${origin})`}`.trimEnd();
    const run = ({ folder }: Comparison['base']) => shownFolder(folder, this.#page.from);
    const oneRun = base.folder === tested.folder;
    return [
      `base    ${told(base)}`,
      ...(oneRun ? [] : [`        ${run(base)}`]),
      `tested  ${told(tested)}`,
      `${oneRun ? 'run   ' : '      '}  ${run(tested)}`,
    ].map(visible);
  }

  table(comparison: Comparison): string[] {
    const { base, tested, scenarios } = comparison;
    const same = base.label === tested.label;
    const head = ['scenario', same ? 'base' : base.label, same ? 'tested' : tested.label, 'change'];
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

  details({ scenarios }: Comparison): string[] {
    const telling = scenarios.filter(
      ({ change, regressed }) => regressed || (change !== 'unchanged' && change !== 'not comparable'),
    );
    return telling.flatMap((one) => [
      '',
      `${this.#paint(toneOf(one), changeWord(one))}  ${this.#paint('strong', one.scenario)}`,
      ...this.#wrapped(one.title, '  '),
      ...this.#fields(scenarioFields(one)),
    ]);
  }

  log(comparison: Comparison): string[] {
    return logParts(comparison).flatMap(({ title, lines, ...leftOut }) => [
      '',
      this.#paint('strong', `Kernel log: ${title}`),
      ...lines.flatMap(({ line, alarming, where }) => [
        ...this.#wrapped(line, '  ', alarming ? 'bad' : 'plain'),
        ...this.#wrapped(where, '      ', 'quiet'),
      ]),
      ...(leftOutLines(leftOut) === '' ? [] : [`  and ${leftOutLines(leftOut)}; --json has them all`]),
    ]);
  }

  section(title: string, lines: string[]): string[] {
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
  return change.regressed ? 'bad' : change.change === 'changed' ? 'known' : tones[change.change];
}
