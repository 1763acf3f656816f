// SPDX-License-Identifier: GPL-2.0-only
// The mail of the morning after a nightly run: what changed since the last comparable night, and nothing else. Pure.

import type { Night, NightCell } from '../history/nights.ts';
import { isKnown, isLost, isUnexpected } from '../results/verdicts.ts';
import { day } from './history-text.ts';
import { visible, wrap } from './text.ts';

const width = 72;

/** More of one kind are counted, not listed. */
const mostListed = 20;

/** A subject, an empty line and the text, with a newline at the end. */
export function morningMail(night: Night): string {
  const { entry, previous } = night;
  const parts = [
    section('Known issues that stopped happening', night.gone, (one) => [
      `${one.before?.verdict ?? ''} before: ${headline(one.before?.why)}`,
      `last seen ${day(one.trail?.kinds.at(-1)?.last.started)}: is it fixed?`,
    ]),
    section('Unexpected failures that repeat', night.repeated, (one) => [
      `${one.cell.verdict}: ${headline(one.cell.why)}`,
      sinceWords(one),
    ]),
    section('New unexpected failures', night.appeared, (one) => [
      `${one.cell.verdict}: ${headline(one.cell.why)}`,
      beforeWords(one),
    ]),
    section('No longer failing', night.recovered, (one) => [
      `${one.cell.verdict === 'pass' ? 'passes' : `${one.cell.verdict} (known)`}; ${beforeWords(one)}`,
    ]),
    section('Known issues that happen again', night.knownAgain, (one) => [
      `${one.cell.verdict}: ${headline(one.cell.why)}`,
    ]),
    section('No verdict: the infrastructure failed, or no kernel could be built', night.lost, (one) => [
      `${one.cell.verdict}: ${headline(one.cell.why)}`,
    ]),
    night.missing.length === 0
      ? []
      : [heading('Not run'), ...fill(`${night.missing.length} cells that had a verdict the night before.`, '  ')],
    night.versions.length === 0
      ? []
      : [
          heading('Other versions'),
          ...night.versions.flatMap(([name, before, now]) => fill(`${name}: ${before} -> ${now}`, '  ')),
        ],
  ].filter((lines) => lines.length > 0);
  const since = previous === undefined ? 'no earlier night is comparable' : `since ${previous.run}`;
  const nothing = previous === undefined ? [] : ['Nothing changed.'];
  const body = parts.length === 0 ? nothing : parts.map((lines) => lines.join('\n'));
  const closing = [...fill(`${countsOf(night)}; ${since}.`, ''), `Run: ${entry.run}`];
  return `Subject: ${subject(night)}\n\n${[...body, closing.join('\n')].join('\n\n')}\n`;
}

function subject(night: Night): string {
  const parts: [NightCell[], string][] = [
    [night.gone, 'known gone'],
    [night.repeated, 'unexpected again'],
    [night.appeared, 'unexpected'],
    [night.recovered, 'no longer failing'],
    [night.lost, 'without a verdict'],
  ];
  const words = parts.filter(([cells]) => cells.length > 0).map(([cells, word]) => `${cells.length} ${word}`);
  const quiet = night.previous === undefined ? 'nothing to compare with' : 'nothing changed';
  return `[hazmat] ${day(night.entry.started)}: ${words.length === 0 ? quiet : words.join(', ')}`;
}

function section(title: string, cells: readonly NightCell[], words: (one: NightCell) => string[]): string[] {
  if (cells.length === 0) return [];
  const more = cells.length - mostListed;
  return [
    heading(title),
    ...cells
      .slice(0, mostListed)
      .flatMap((one) => [
        ...fill(
          `${one.cell.scenario} on ${one.cell.track}${one.cell.bug === undefined ? '' : ` (${one.cell.bug})`}`,
          '  ',
        ),
        ...words(one).flatMap((line) => fill(line, '    ')),
      ]),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function heading(title: string): string {
  return `${title}:`;
}

function headline(why: string | undefined): string {
  return visible(why?.split('\n')[0] ?? '');
}

/** `failing since 2026-11-27, 3 nights; flaky`. */
function sinceWords({ trail }: NightCell): string {
  const since = trail?.failingSince;
  if (trail === undefined || since === undefined) return 'flaky';
  const runs = new Set(trail.cells.slice(trail.cells.indexOf(since)).map(({ run }) => run)).size;
  const flaky = trail.state === 'flaky' ? '; flaky' : '';
  return `failing since ${day(since.started)} (${since.version}), ${runs} ${runs === 1 ? 'run' : 'runs'}${flaky}`;
}

function beforeWords({ before }: NightCell): string {
  if (before === undefined) return 'not run the night before';
  const failed = before.verdict === 'pass' || before.verdict === 'skip' ? '' : `: ${headline(before.why)}`;
  return `the night before: ${before.verdict}${isKnown(before) ? ' (known)' : ''}${failed}`;
}

/** `3 unexpected, 12 pass, 5 known, 2 skip`. */
function countsOf({ entry: { cells, unfinished } }: Night): string {
  const counts: [number, string][] = [
    [cells.filter(isUnexpected).length, 'unexpected'],
    [cells.filter(isLost).length, 'without a verdict'],
    [unfinished, 'not run'],
    [cells.filter(({ verdict }) => verdict === 'pass').length, 'pass'],
    [cells.filter(isKnown).length, 'known'],
    [cells.filter(({ verdict }) => verdict === 'skip').length, 'skip'],
    [cells.filter(({ reused }) => reused !== undefined).length, 'of them taken over'],
  ];
  return counts
    .filter(([count, word]) => count > 0 || word === 'pass')
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
}

function fill(text: string, indent: string): string[] {
  return wrap(text, width - indent.length).map((line) => indent + line);
}
