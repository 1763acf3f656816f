// SPDX-License-Identifier: GPL-2.0-only
// The YAML of a scenario as a report shows it: which lines each step of a cell has. Pure.

import { isSeq, LineCounter, parseDocument, isNode } from 'yaml';
import type { CellSource } from './report-data.ts';

/** A scenario as it is now; the report compares it with what the run had. */
export interface ScenarioFile {
  /** As a person names it: `scenarios/remove/rebind.yaml`. */
  file: string;
  text: string;
  tags: readonly string[];
  /** The content key, as in the run's plan. */
  content: string | undefined;
  /** Indexes in the file of the steps that this kernel version runs. */
  stepsOn: (kernelVersion: string) => number[];
}

/** The source of a cell, whose plan had the content key `ran`. */
export function sourceOf(scenario: ScenarioFile, kernelVersion: string, ran: string | undefined): CellSource {
  const lines = stepLines(scenario.text);
  const steps = scenario.stepsOn(kernelVersion).flatMap((index) => {
    const range = lines[index];
    return range === undefined ? [] : [range];
  });
  const changed = ran !== undefined && ran !== scenario.content;
  // The steps of another version are not those that ran.
  return { file: scenario.file, text: scenario.text, steps: changed ? [] : steps, changed };
}

/** First and last line of each entry of `steps:`, from 0. */
export function stepLines(text: string): [number, number][] {
  const counter = new LineCounter();
  const steps = parseDocument(text, { lineCounter: counter }).get('steps', true);
  if (!isSeq(steps)) return [];
  return steps.items.flatMap((item) => {
    if (!isNode(item) || item.range === null || item.range === undefined) return [];
    const [start, end] = item.range;
    const last = text.slice(start, end).trimEnd().length + start;
    return [[counter.linePos(start).line - 1, counter.linePos(last).line - 1] satisfies [number, number]];
  });
}
