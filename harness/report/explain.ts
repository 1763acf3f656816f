// SPDX-License-Identifier: GPL-2.0-only
// Below the table: every deviation, once for each cause, the unexpected ones first and in full. Pure.

import { groupBy } from '../host/group-by.ts';
import { kernelLabels, shortName } from '../results/kernel-labels.ts';
import type { RunRecord } from '../results/run-record.ts';
import { notRunReason } from './cell-lines.ts';
import { ExplainedGroups, type Page } from './explain-groups.ts';
import { groupCells, type Group } from './groups.ts';
import type { Tone } from './style.ts';
import { paragraph } from './text.ts';

/** The explanations as lines; empty when everything passed. */
export function explain(record: RunRecord, page: Page): string[] {
  const groups = groupCells(record.cells);
  const labels = kernelLabels(record);
  const written = new ExplainedGroups(page, (kernel) => labels.get(kernel) ?? shortName(kernel));
  const section = (tone: Tone, title: string, members: Group[], lines: (group: Group) => string[]): string[] => {
    if (members.length === 0) return [];
    return ['', page.style.paint(tone, title), ...members.flatMap((group) => ['', ...lines(group)])];
  };
  return [
    ...section('bad', 'UNEXPECTED: the kernel did not do what the scenario expects', groups.unexpected, (group) =>
      written.unexpected(group),
    ),
    ...section('bad', 'FLAKY: repetitions disagree', groups.flaky, (group) => written.flaky(group)),
    ...section('error', 'UNBUILT: no kernel could be built from what was given', groups.unbuilt, (group) =>
      written.reason(group, 'strong'),
    ),
    ...section('error', 'ERROR: the infrastructure failed; this says nothing about the kernel', groups.error, (group) =>
      written.error(group),
    ),
    ...notRun(record, page),
    ...messages(record, page),
    ...section('known', 'Known issues', groups.known, (group) => written.known(group)),
    ...section(
      'strong',
      'Known issues that did not occur (fixed? kernel range too wide?)',
      groups.knownButPassed,
      (group) => written.entry(group, group.cell.knownButPassed, ''),
    ),
    ...takenOver(record, page),
    ...secondTries(record, page),
    ...leftOut(record, page),
    ...section('strong', 'Skipped', groups.skipped, (group) => written.reason(group, 'plain')),
  ];
}

function takenOver(record: RunRecord, page: Page): string[] {
  const cells = record.cells.filter(({ reused }) => reused !== undefined);
  const words = [...groupBy(cells, ({ reused }) => reused?.run ?? '')].map(
    ([run, members]) => `${members.length} from ${run}`,
  );
  return listed('* Taken over from earlier runs, where all that the verdict depends on was the same', words, page);
}

function secondTries(record: RunRecord, page: Page): string[] {
  const words = record.cells.flatMap(({ id, firstTry }) =>
    firstTry === undefined ? [] : [`${id}: ${firstTry.why.split('\n')[0] ?? ''}`],
  );
  return listed('Run twice: the first try was an infrastructure error', words, page);
}

function leftOut({ dropped = [] }: RunRecord, page: Page): string[] {
  const words = [...groupBy(dropped, ({ why }) => why)].map(([why, members]) => {
    const names = [...new Set(members.map(({ scenario, kernel }) => `${scenario} on ${kernel}`))];
    return `${members.length}: ${why}: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', ...' : ''}`;
  });
  return listed('Left out', words, page);
}

function listed(title: string, words: readonly string[], { style, width }: Page): string[] {
  if (words.length === 0) return [];
  return ['', style.paint('strong', title), '', ...words.flatMap((text) => paragraph(text, width, '  '))];
}

function notRun(record: RunRecord, { style }: Page): string[] {
  const count = record.unfinished.length;
  if (count === 0) return [];
  const planned = count + record.cells.length;
  const verb = count === 1 ? 'has' : 'have';
  return [
    '',
    style.paint('error', `NOT RUN: ${count} of ${planned} cells ${verb} no verdict: ${notRunReason(record)}`),
  ];
}

function messages(record: RunRecord, { style, width }: Page): string[] {
  if (record.messages.length === 0) return [];
  const lines = record.messages.flatMap(({ level, text }) =>
    paragraph(text, width, '  ').map((line) => style.paint(level === 'error' ? 'error' : 'plain', line)),
  );
  return ['', style.paint('strong', 'Warnings'), '', ...lines];
}
