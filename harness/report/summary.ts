// SPDX-License-Identifier: GPL-2.0-only
// summary.txt: the run for a person with a pager or in a mail: no colors, paths relative to the run's folder. The headline comes first.

import type { RunRecord } from '../results/run-record.ts';
import { explain } from './explain.ts';
import { headlineOf } from './final-report.ts';
import { plainStyle } from './style.ts';
import { resultTable } from './table.ts';
import { pad } from './text.ts';

const width = 100;

export function summaryText(record: RunRecord): string {
  const page = { style: plainStyle, width, folder: '' };
  const facts: [string, string][] = [
    ['command', record.command],
    ['started', record.started],
    ...record.kernelFacts.map((facts): [string, string] => [facts.kernel, `${facts.release}  (${facts.origin})`]),
    ...Object.entries(record.environment),
  ];
  const column = Math.max(...facts.map(([name]) => name.length));
  return [
    `hazmat run: ${record.name}`,
    headlineOf(record, page),
    '',
    ...resultTable(record, plainStyle, width),
    ...explain(record, page),
    '',
    'Environment',
    '',
    ...facts.map(([name, value]) => `  ${pad(name, column)}  ${value}`),
    '',
  ].join('\n');
}
