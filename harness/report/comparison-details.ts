// SPDX-License-Identifier: GPL-2.0-only
// What a comparison says of each scenario, of the kernel log and of the lab, as labeled lines: the terminal paints them,
// mail wraps them. Pure.

import type { Comparison, ScenarioChange } from '../compare/compare.ts';
import { deviationLine, ends, latencyLine, sharedLines, toldStep, type SharedLine } from './comparison-words.ts';
import { groupBy } from '../host/group-by.ts';

/** A name and what is said under it; the name is '' when it is that of the field before. */
export type Field = [name: string, value: string];

/** At most so many lines of the kernel log are told for each side. */
const logLines = 12;

/** From so many compared scenarios on, a line that most of them have is told as a number only. */
const enoughScenarios = 8;

export interface LogPart {
  title: string;
  lines: { line: string; alarming: boolean; where: string }[];
  /** Lines that are not shown. */
  more: number;
  /** Lines that most scenarios have. */
  usual: number;
}

/** What a person needs to judge a scenario that is not the same. */
export function scenarioFields(change: ScenarioChange): Field[] {
  const { appeared, gone, stayed, firstDifference: first, known, series, notes } = change;
  const because = known === undefined ? [] : [`${known.because}${known.bug === undefined ? '' : ` (${known.bug})`}`];
  const number = first?.seriesIndex ?? first?.baseIndex ?? 0;
  return [
    ...named('new', appeared.map(deviationLine)),
    ...named('gone', gone.map(deviationLine)),
    ...named('still', stayed.map(deviationLine)),
    ...named('wanted', [...new Set(appeared.flatMap(({ wanted }) => wanted ?? []))].slice(0, 1)),
    ...named('known', because),
    ...(first === undefined
      ? []
      : named('first step', [
          `${number + 1}, ${first.step} ${ends(first.label)}`,
          `base: ${toldStep(first.base)}`,
          `series: ${toldStep(first.series)}`,
        ])),
    ...named('note', notes),
    ...(series === undefined || (appeared.length === 0 && gone.length === 0)
      ? []
      : named('evidence', [appeared.length > 0 ? series.folder : (change.base?.folder ?? series.folder)])),
  ];
}

/** Why scenarios were not compared, each reason once, with its scenarios. */
export function notCompared(comparison: Comparison): { reason: string; scenarios: string[] }[] {
  const out = comparison.scenarios.filter(({ change }) => change === 'not compared');
  const reasons = groupBy(out, ({ notes }) => notes.join('; '));
  return [...reasons].map(([reason, same]) => ({ reason, scenarios: same.map(({ scenario }) => scenario) }));
}

/** Notes of scenarios that were compared though something is to be said of them, and have no part of their own. */
export function sideNotes(comparison: Comparison): string[] {
  return comparison.scenarios
    .filter(({ change }) => change === 'same')
    .flatMap(({ scenario, notes }) => notes.map((note) => `${scenario}: ${note}`));
}

/** Steps that are slower or faster. */
export function latencyLines(comparison: Comparison): string[] {
  return comparison.scenarios.flatMap(({ scenario, latencies }) =>
    latencies.map((one) => `${scenario}: ${latencyLine(one)}`),
  );
}

/** The kernel log: what one side says and the other does not; bounded, with what was left out counted. */
export function logParts(comparison: Comparison): LogPart[] {
  const { base, series } = comparison;
  const [was, is] = base.label === series.label ? ['the base', 'the series'] : [base.label, series.label];
  const titles = { appeared: `only ${is} says`, gone: `only ${was} says` };
  const compared = comparison.scenarios.filter(({ change }) => change !== 'not compared').length;
  return (['appeared', 'gone'] as const).flatMap((side) => {
    const all = sharedLines(comparison, side);
    // What a kernel says in most scenarios, whatever they do, is how it names itself: drivers, clocks, versions.
    const usual = ({ alarming, scenarios }: SharedLine): boolean =>
      !alarming && compared >= enoughScenarios && scenarios.length > compared / 2;
    const telling = all.filter((line) => !usual(line));
    if (all.length === 0) return [];
    const lines = telling.slice(0, logLines).map(({ line, alarming, scenarios: [first = '', ...others] }) => {
      return { line, alarming, where: others.length === 0 ? first : `${first} and ${others.length} more` };
    });
    return [{ title: titles[side], lines, more: telling.length - lines.length, usual: all.length - telling.length }];
  });
}

function named(name: string, values: string[]): Field[] {
  return values.map((value, index) => [index === 0 ? name : '', value]);
}
