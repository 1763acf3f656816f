// SPDX-License-Identifier: GPL-2.0-only
// A comparison as plain text to paste under a cover letter: 72 columns, no paths of this machine but what was asked for. Pure.

import { quoteArgv } from '../host/program.ts';
import type { Comparison, ScenarioChange } from '../compare/compare.ts';
import { latencyLines, logParts, notCompared, scenarioFields, sideNotes } from './comparison-details.ts';
import { shownWord } from '../compare/shown-word.ts';
import { changeWord, countsLine, reproduceCommand, unshownLines } from './comparison-words.ts';
import { wrap } from './text.ts';

const width = 72;

/** The text, with a newline at its end. Words longer than a line (paths, function names) stay whole. */
export function comparisonMail(comparisons: readonly Comparison[]): string {
  return `${comparisons.map((comparison) => mailLines(comparison).join('\n')).join('\n\n')}\n`;
}

function mailLines(comparison: Comparison): string[] {
  const { base, series, scenarios } = comparison;
  const telling = scenarios.filter(({ change, broke }) => broke || (change !== 'same' && change !== 'not compared'));
  const compared = scenarios.filter(({ change }) => change !== 'not compared').length;
  return [
    ...fill(
      `Tested with hazmat${version(comparison)}: emulated NVDIMMs in QEMU guests, ${compared} scenarios on both kernels.`,
      '',
    ),
    '',
    ...hanging('  base:    ', kernelWords(base)),
    ...hanging('  series:  ', kernelWords(series)),
    ...hanging('  environment:     ', environmentWords(comparison)),
    '',
    ...fill(`Result: ${countsLine(comparison)}.`, ''),
    ...telling.flatMap((one) => ['', ...scenarioLines(one)]),
    ...listed('Kernel log, normalized:', logLines(comparison)),
    ...listed('Times:', latencyLines(comparison)),
    ...listed(
      'Not compared:',
      notCompared(comparison).map(({ reason, scenarios: names }) => `${reason}: ${names.join(', ')}`),
    ),
    ...listed('Notes:', [...comparison.notes, ...sideNotes(comparison)]),
    '',
    ...reproduceLines(comparison),
  ];
}

function reproduceLines(comparison: Comparison): string[] {
  const { base, series } = comparison;
  const command = commandLines(reproduceCommand(comparison, quoteArgv));
  if (base.kernel !== series.kernel) return ['To reproduce:', '', ...command];
  // The name says the same on both sides, so what it stood for has to be put back before each run.
  return ['Runs and their comparison:', '', ...commandLines(base.command), ...commandLines(series.command), ...command];
}

function scenarioLines(change: ScenarioChange): string[] {
  const was = shownWord(change.base);
  const is = shownWord(change.series);
  return [
    ...fill(`${changeWord(change)}: ${change.scenario} (${was} -> ${is})`, ''),
    ...fill(change.title, '  '),
    ...scenarioFields(change)
      .filter(([name]) => name !== 'evidence')
      .flatMap(([name, value]) => hanging(name === '' ? '    ' : `  ${name}: `, value)),
  ];
}

function kernelWords({ kernel, release, origin }: Comparison['base']): string {
  return `${release ?? kernel}${origin === undefined ? '' : ` (${origin})`}`;
}

function version({ base, series }: Comparison): string {
  const { hazmat } = series.environment;
  return hazmat === undefined || hazmat !== base.environment.hazmat ? '' : ` ${hazmat}`;
}

function environmentWords({ series }: Comparison): string {
  const { qemu, accelerator, host } = series.environment;
  const told = [qemu === undefined ? undefined : `QEMU ${qemu}`, accelerator, host].filter(
    (word) => word !== undefined,
  );
  return told.length === 0 ? 'not recorded' : told.join('; ');
}

function logLines(comparison: Comparison): string[] {
  return logParts(comparison).flatMap(({ title, lines, ...unshown }) => [
    ...lines.map(({ line, where }) => `${title}: ${line} [${where}]`),
    ...(unshownLines(unshown) === '' ? [] : [`${title}: ${unshownLines(unshown)}`]),
  ]);
}

function listed(title: string, items: string[]): string[] {
  return items.length === 0 ? [] : ['', title, ...items.flatMap((item) => hanging('  - ', item))];
}

function fill(text: string, indent: string): string[] {
  return wrap(text, width - indent.length).map((line) => indent + line);
}

/** `  name: text`, further lines under the text, or, where the name is long, a little in. */
function hanging(head: string, text: string): string[] {
  const indent = ' '.repeat(Math.min(head.length, 11));
  const [first = '', ...rest] = wrap(text, width - head.length);
  return [`${head}${first}`, ...(rest.length === 0 ? [] : fill(rest.join(' '), indent))];
}

/** A command over several lines, broken only between arguments, that can be pasted into a shell. */
function commandLines(command: string): string[] {
  const words = command.match(/(?:'[^']*'|\\.|[^\s'\\])+/g) ?? [];
  const lines: string[] = [];
  let line = ' ';
  for (const word of words) {
    if (line.trim() !== '' && line.length + 1 + word.length > width - 2) {
      lines.push(`${line} \\`);
      line = '     ';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
