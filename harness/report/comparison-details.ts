// SPDX-License-Identifier: GPL-2.0-only
// The details of a comparison as labeled lines, for each scenario, the kernel log and the two runs: the terminal colors them, mail
// wraps them. Pure.

import type { Comparison, ScenarioChange } from '../compare/comparison.ts';
import { testedWord } from '../compare/side.ts';
import { groupBy } from '../host/group-by.ts';
import { deviationLine, latencyLine, sharedLines, stepLine, stepName, type SharedLine } from './comparison-words.ts';

/** A name and its value; the name is '' when it is that of the field before. */
export type Field = [name: string, value: string];

/** At most so many lines of the kernel log are shown for each side. */
const logLines = 12;

/** From so many compared scenarios on, a line that most of them have is only counted. */
const enoughScenarios = 8;

export interface LogPart {
  title: string;
  lines: { line: string; alarming: boolean; where: string }[];
  /** Lines that are not shown. */
  more: number;
  /** Lines that most scenarios have. */
  usual: number;
}

/** What a person needs to judge a scenario that changed. */
export function scenarioFields(change: ScenarioChange, tested: string): Field[] {
  const { appeared, gone, stayed, firstDifference: first, known, notes } = change;
  const because = known === undefined ? [] : [`${known.because}${known.bug === undefined ? '' : ` (${known.bug})`}`];
  const index = first?.testedIndex ?? first?.baseIndex ?? 0;
  const evidence = appeared.length > 0 ? change.tested : gone.length > 0 ? (change.base ?? change.tested) : undefined;
  return [
    ...named('new', appeared.map(deviationLine)),
    ...named('gone', gone.map(deviationLine)),
    ...named('still', stayed.map(deviationLine)),
    ...named('expected', [...new Set(appeared.flatMap(({ wanted }) => wanted ?? []))].slice(0, 1)),
    ...named('known', because),
    ...(first === undefined
      ? []
      : named('first diff', [
          stepName(first, index),
          `base: ${stepLine(first.base)}`,
          `${tested}: ${stepLine(first.tested)}`,
        ])),
    ...named('note', notes),
    ...named('evidence', evidence === undefined ? [] : [evidence.folder]),
  ];
}

/** Why scenarios are not comparable, each reason once, with its scenarios. */
export function notComparable({ scenarios }: Comparison): string[] {
  const out = scenarios.filter(({ change }) => change === 'not comparable');
  const reasons = groupBy(out, ({ notes }) => notes.join('; '));
  return [...reasons].map(([reason, same]) => `${reason}: ${same.map(({ scenario }) => scenario).join(', ')}`);
}

/** Notes on the two runs, and on scenarios that have no paragraph of their own. */
export function allNotes({ notes, scenarios }: Comparison): string[] {
  const unchanged = scenarios.filter(({ change }) => change === 'unchanged');
  return [...notes, ...unchanged.flatMap((one) => one.notes.map((note) => `${one.scenario}: ${note}`))];
}

/** Steps that are slower or faster. */
export function latencyLines({ scenarios }: Comparison): string[] {
  return scenarios.flatMap(({ scenario, latencies }) => latencies.map((one) => `${scenario}: ${latencyLine(one)}`));
}

/** Lines of the kernel log that only one side has; bounded, with what was left out counted. */
export function logParts(comparison: Comparison): LogPart[] {
  const { base, tested } = comparison;
  const same = base.label === tested.label;
  const titles = {
    appeared: `only in ${same ? testedWord(comparison) : tested.label}`,
    gone: `only in ${same ? 'base' : base.label}`,
  };
  const compared = comparison.scenarios.filter(({ change }) => change !== 'not comparable').length;
  // What a kernel logs in most scenarios, whatever they do, is about itself: drivers, clocks, versions.
  const isUsual = ({ alarming, scenarios }: SharedLine): boolean =>
    !alarming && compared >= enoughScenarios && scenarios.length > compared / 2;
  return (['appeared', 'gone'] as const).flatMap((side) => {
    const all = sharedLines(comparison, side);
    if (all.length === 0) return [];
    const rare = all.filter((line) => !isUsual(line));
    const lines = rare.slice(0, logLines).map(({ line, alarming, scenarios: [first = '', ...others] }) => {
      return { line, alarming, where: others.length === 0 ? first : `${first} and ${others.length} more` };
    });
    return [{ title: titles[side], lines, more: rare.length - lines.length, usual: all.length - rare.length }];
  });
}

function named(name: string, values: string[]): Field[] {
  return values.map((value, index) => [index === 0 ? name : '', value]);
}
