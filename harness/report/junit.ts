// SPDX-License-Identifier: GPL-2.0-only
// junit.xml: a testsuite a kernel, a testcase a cell, for CI.
//
// fail, crash and hang are failures; error, unbuilt and cells without a verdict are errors. A known issue is `skipped` with
// "known: ..." as its message: CI stays green and still shows why, where `passed` would hide it.

import type { CellResult, PlannedCell } from '../results/events.ts';
import type { RunRecord } from '../results/run-record.ts';
import { deviationLines, isEnded, notRunReason, settledLines } from './cell-lines.ts';
import { mainDeviation } from '../results/main-deviation.ts';
import { isKnown, isLost } from '../results/verdicts.ts';
import { repeatSuffix } from './verdict-words.ts';
import { element, xmlText } from './xml.ts';

export function junitXml(record: RunRecord): string {
  const suites = record.kernels.map((kernel) => suite(record, kernel));
  const all = [...record.cells, ...record.unfinished];
  const root = element('testsuites', { name: record.name, ...counts(all), time: seconds(record.durationMs) }, [
    '\n',
    ...suites,
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

type Cell = CellResult | PlannedCell;

function suite(record: RunRecord, kernel: string): string {
  const cells = [...record.cells, ...record.unfinished].filter((cell) => cell.kernel === kernel);
  const facts = record.kernelFacts.find((one) => one.kernel === kernel);
  const known: Record<string, string> = facts === undefined ? {} : { release: facts.release, origin: facts.origin };
  const properties = Object.entries({ command: record.command, ...known, ...record.environment }).map(
    ([name, value]) => {
      return element('property', { name, value });
    },
  );
  const time = seconds(cells.reduce((sum, cell) => sum + (isEnded(cell) ? cell.durationMs : 0), 0));
  const attributes = { name: kernel, ...counts(cells), time, timestamp: record.started.replace(/\.\d+Z$|Z$/, '') };
  const children = [element('properties', {}, properties), ...cells.map((cell) => testcase(record, cell))];
  return `${element('testsuite', attributes, ['\n', ...children.map((child) => `${child}\n`)])}\n`;
}

function testcase(record: RunRecord, cell: Cell): string {
  const time = seconds(isEnded(cell) ? cell.durationMs : 0);
  const attributes = { name: cell.scenario + repeatSuffix(cell), classname: cell.kernel, time };
  const outcome = isEnded(cell) ? outcomeOf(cell) : notRun(record);
  return element('testcase', attributes, outcome);
}

function outcomeOf(cell: CellResult): string[] {
  const details = element('system-out', {}, [xmlText(detailsOf(cell))]);
  if (cell.verdict === 'pass') {
    const { knownButPassed } = cell;
    const notes = [
      ...(knownButPassed === undefined
        ? []
        : [`passed, although a known issue is recorded: ${knownButPassed.because}`]),
      ...settledLines(cell),
    ];
    return notes.length === 0 ? [] : [element('system-out', {}, [xmlText(notes.join('\n'))])];
  }
  if (cell.verdict === 'skip') {
    const notes = settledLines(cell);
    return [element('skipped', { message: [cell.why, ...notes].join('; ') })];
  }
  if (isLost(cell)) return [element('error', { type: cell.verdict, message: cell.why }), details];
  if (isKnown(cell)) return [element('skipped', { message: knownMessage(cell) }), details];
  const message = mainDeviation(cell)?.title ?? cell.why;
  return [element('failure', { type: cell.verdict, message }, [xmlText(detailsOf(cell))])];
}

function notRun(record: RunRecord): string[] {
  return [element('error', { type: 'not run', message: `not run: ${notRunReason(record)}` })];
}

function knownMessage(cell: CellResult): string {
  const bug = cell.known?.bug === undefined ? '' : ` (${cell.known.bug})`;
  return `known: ${cell.verdict}: ${cell.known?.because ?? cell.why}${bug}`;
}

function detailsOf(cell: CellResult): string {
  const deviations = cell.deviations.flatMap((deviation) => deviationLines(cell, deviation));
  return [
    cell.title,
    `why: ${cell.why}`,
    ...settledLines(cell),
    ...deviations,
    `folder: ${cell.folder}`,
    `reproduce: ${cell.reproduce}`,
  ].join('\n');
}

function counts(cells: Cell[]): { tests: number; failures: number; errors: number; skipped: number } {
  const ended = cells.filter(isEnded);
  const skipped = ended.filter((cell) => cell.verdict === 'skip' || isKnown(cell)).length;
  const lost = ended.filter(isLost).length;
  const passed = ended.filter((cell) => cell.verdict === 'pass').length;
  const errors = lost + cells.length - ended.length;
  return { tests: cells.length, failures: ended.length - passed - skipped - lost, errors, skipped };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
