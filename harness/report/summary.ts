// SPDX-License-Identifier: GPL-2.0-only
// summary.txt: the run for a person with a pager or a mail: plain words, no colors, paths relative to the run's folder.

import type { RunRecord } from '../results/run-record.ts';
import { finalReport } from './final-report.ts';
import { plainStyle } from './style.ts';
import { pad } from './text.ts';

const width = 100;

export function summaryText(record: RunRecord): string {
  const kernels = record.kernelFacts.map((facts): [string, string] => [
    facts.kernel,
    `${facts.release}  (${facts.origin})`,
  ]);
  const facts: [string, string][] = [
    ['command', record.command],
    ['started', record.started],
    ...kernels,
    ...Object.entries(record.environment),
  ];
  const column = Math.max(...facts.map(([name]) => name.length));
  return [
    `hazmat run: ${record.name}`,
    '',
    ...facts.map(([name, value]) => `${pad(name, column)}  ${value}`),
    '',
    ...finalReport(record, { style: plainStyle, width, folder: '' }),
    '',
  ].join('\n');
}
