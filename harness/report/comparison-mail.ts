// SPDX-License-Identifier: GPL-2.0-only
// A comparison as plain text to paste under a cover letter: 72 columns, and no path of this machine except those that were given. Pure.

import { isNews } from '../compare/is-news.ts';
import { shownWord } from '../compare/shown-word.ts';
import type { Comparison, ScenarioChange, SideFacts } from '../compare/comparison.ts';
import { testedWord } from '../compare/side.ts';
import { groupBy } from '../host/group-by.ts';
import { reproduceCommand } from './comparison-command.ts';
import { publicKernel, publicSpec } from './public-kernel.ts';
import { allNotes, latencyLines, logParts, notComparable, scenarioFields } from './comparison-details.ts';
import { changeWord, countsLine, leftOutLines } from './comparison-words.ts';
import { coverageLines } from './coverage-text.ts';
import { wrap } from './text.ts';

const width = 72;

/**
 * The text, with a newline at its end. Words longer than a line (paths, function names) stay whole.
 * @param testedBy whom a `Tested-by:` at the end names; undefined: there is none
 */
export function comparisonMail(comparisons: readonly Comparison[], testedBy?: string): string {
  const text = comparisons.map((comparison) => mailLines(comparison).join('\n')).join('\n\n');
  return `${text}\n${testedBy === undefined ? '' : `\nTested-by: ${testedBy}\n`}`;
}

function mailLines(comparison: Comparison): string[] {
  const { base, tested, scenarios } = comparison;
  const word = testedWord(comparison);
  const compared = scenarios.filter(({ change }) => change !== 'not comparable').length;
  const count = `${compared} ${compared === 1 ? 'scenario' : 'scenarios'}`;
  return [
    ...fill(`Tested with hazmat${version(comparison)}: emulated NVDIMMs in QEMU guests, ${count} on both kernels.`, ''),
    '',
    ...hanging('  base:         ', publicKernel(base)),
    ...(word === 'patched' ? seriesLines(comparison) : hanging(`  ${word}:`.padEnd(16), publicKernel(tested))),
    ...hanging('  environment:  ', environmentWords(tested)),
    ...hanging('  scenarios:    ', scenarioWords(comparison)),
    '',
    ...fill(`Result: ${countsLine(comparison)}.`, ''),
    ...scenarios.filter(isNews).flatMap((one) => ['', ...scenarioLines(one, word)]),
    ...listed('Kernel log (without addresses, times and line numbers):', logLines(comparison)),
    ...listed('Added lines:', comparison.coverage === undefined ? [] : coverageLines(comparison.coverage)),
    ...listed('Times:', latencyLines(comparison)),
    ...listed('Not comparable:', notComparable(comparison)),
    ...listed('Notes:', allNotes(comparison)),
    '',
    ...reproduceLines(comparison),
  ];
}

function reproduceLines(comparison: Comparison): string[] {
  const { base, tested } = comparison;
  const command = commandLines(reproduceCommand(comparison, publicSpec));
  if (base.kernel !== tested.kernel) return ['To reproduce:', '', ...command];
  // The kernel has the same name on both sides, so whatever changed in between has to be put back before each run.
  return ['Runs and their comparison:', '', ...commandLines(base.command), ...commandLines(tested.command), ...command];
}

function scenarioLines(change: ScenarioChange, word: string): string[] {
  const verdicts = `${shownWord(change.base)} -> ${shownWord(change.tested)}`;
  return [
    ...fill(`${changeWord(change)}: ${change.scenario} (${verdicts})`, ''),
    ...fill(change.title, '  '),
    ...scenarioFields(change, word)
      .filter(([name]) => name !== 'evidence')
      .flatMap(([name, value]) => hanging(name === '' ? '    ' : `  ${name}: `, value)),
  ];
}

/** The patches by their subjects, those of the base left out. */
function seriesLines({ base, tested }: Comparison): string[] {
  const subjects = (tested.patches ?? []).slice(base.patches?.length ?? 0);
  const lines = subjects.length > 0 ? subjects : [tested.label];
  return lines.flatMap((subject, index) => {
    const number = lines.length === 1 ? '' : `${index + 1}/${lines.length} `;
    return hanging(index === 0 ? '  patched:      ' : ' '.repeat(16), `${number}${subject}`);
  });
}

/** `poison 12, remove 27`: how many of each folder were compared. */
function scenarioWords({ scenarios }: Comparison): string {
  const compared = scenarios.filter(({ change }) => change !== 'not comparable');
  const folders = groupBy(compared, ({ scenario }) => scenario.replace(/\/[^/]*$/, ''));
  return (
    [...folders]
      .map(([folder, members]) => `${folder} ${members.length}`)
      .sort()
      .join(', ') || 'none'
  );
}

function version({ base, tested }: Comparison): string {
  const { hazmat } = tested.environment;
  return hazmat === undefined || hazmat !== base.environment.hazmat ? '' : ` ${hazmat}`;
}

function environmentWords({ environment }: SideFacts): string {
  const { qemu, accelerator, host } = environment;
  const known = [qemu === undefined ? undefined : `QEMU ${qemu}`, accelerator, host].filter(
    (word) => word !== undefined,
  );
  return known.length === 0 ? 'not recorded' : known.join('; ');
}

function logLines(comparison: Comparison): string[] {
  return logParts(comparison).flatMap(({ title, lines, ...leftOut }) => [
    ...lines.map(({ line, where }) => `${title}: ${line} [${where}]`),
    ...(leftOutLines(leftOut) === '' ? [] : [`${title}: ${leftOutLines(leftOut)}`]),
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
  const indent = ' '.repeat(Math.min(head.length, 16));
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
