// SPDX-License-Identifier: GPL-2.0-only
// Comparisons in words, for the terminal and for mail. Pure.

import type { Change, Comparison, ScenarioChange, SeenDeviation, Shown, StepLatency } from '../compare/compare.ts';
import type { LogChange } from '../compare/compare-logs.ts';
import type { StepTold } from '../compare/compare-steps.ts';
import { headline } from './cell-lines.ts';
import { groupBy } from '../host/group-by.ts';

/** Capitals for what is news and bad. */
export const changeWords: Record<Change, string> = {
  regressed: 'REGRESSED',
  changed: 'CHANGED',
  flaky: 'flaky',
  fixed: 'fixed',
  known: 'known',
  unchanged: 'unchanged',
  'not comparable': 'not comparable',
};

/** `unstable`, and `BROKEN` behind it when something regressed in some repetitions. */
export function changeWord({ change, regressed }: Pick<ScenarioChange, 'change' | 'regressed'>): string {
  const word = change === 'changed' && !regressed ? 'changed' : changeWords[change];
  return regressed && (change === 'flaky' || change === 'unchanged' || change === 'known')
    ? `${word}, REGRESSED`
    : word;
}

/** `1 BROKEN, 3 fixed, 40 same`; what is nought is left out, but for broken and fixed. */
export function countsLine(comparison: Comparison): string {
  const { counts, regressed, scenarios } = comparison;
  const silent = scenarios.filter(({ change, regressed: bad }) => bad && change !== 'regressed').length;
  const words: [number, string][] = [
    [counts.regressed, counts.regressed === 0 ? 'regressed' : 'REGRESSED'],
    [counts.fixed, 'fixed'],
    [counts.changed, 'changed'],
    [counts.flaky, 'flaky'],
    [counts.known, 'known'],
    [counts.unchanged, 'unchanged'],
    [counts['not comparable'], 'not comparable'],
  ];
  const line = words
    .filter(([count, word]) => count > 0 || /^(?:regressed|fixed)$/i.test(word))
    .map(([count, word]) => `${count} ${word}`);
  const news = silent === 0 ? '' : `; new deviations in ${regressed.length} in all`;
  return `${line.join(', ')}${news}`;
}

/** `crash in unmount: BUG: ... (3 of 5)`. */
export function deviationLine(deviation: SeenDeviation): string {
  return `${ends(headline(deviation))}${deviation.of > 1 ? ` (${deviation.cells} of ${deviation.of})` : ''}`;
}

/** What is said of a step on one side. */
export function toldStep(told: StepTold | undefined): string {
  if (told === undefined) return 'not reached';
  const word = { ok: 'ok', deviates: 'deviates', ended: 'ended in it' }[told.outcome];
  return `${word}: ${ends(told.seen)}`;
}

/** The first and the last line of a text: a `run` step can have many, and its cell's folder has them all. */
export function ends(text: string): string {
  const lines = text.trim().split('\n');
  return lines.length < 3 ? text : `${lines[0] ?? ''} … ${(lines.at(-1) ?? '').trim()}`;
}

/** `unbind pmem0 is slower: median 45 ms, was 20 ms (10 and 10 times, p 0.0002)`. */
export function latencyLine({ step, label, change, baseMs, testedMs, baseTimes, testedTimes, p }: StepLatency): string {
  const sure = p < 0.0001 ? 'p < 0.0001' : `p ${p.toFixed(4)}`;
  return `${step} ${label} is ${change}: median ${testedMs} ms, was ${baseMs} ms (${testedTimes} and ${baseTimes} times, ${sure})`;
}

export interface SharedLine {
  line: string;
  alarming: boolean;
  scenarios: string[];
}

/** Lines of the kernel log that one side has, each told once for all its scenarios: alarms first, then the widespread. */
export function sharedLines(comparison: Comparison, side: 'appeared' | 'gone'): SharedLine[] {
  const all = comparison.scenarios.flatMap(({ scenario, log }) =>
    log[side].map((change): LogChange & { scenario: string } => ({ ...change, scenario })),
  );
  return [...groupBy(all, ({ line }) => line)]
    .map(([line, same]) => ({
      line,
      alarming: same.some(({ alarming }) => alarming),
      scenarios: same.map(({ scenario }) => scenario),
    }))
    .toSorted((a, b) => Number(b.alarming) - Number(a.alarming) || b.scenarios.length - a.scenarios.length);
}

/**
 * The command that compares the same two kernels again: on the scenarios that say something, as often as was run. One kernel
 * in two runs cannot be had again by its name, so then the runs are named.
 */
export function reproduceCommand(comparison: Comparison, quote: (argv: string[]) => string): string {
  const { base, tested, scenarios } = comparison;
  if (base.kernel === tested.kernel) return quote(['npx', 'hazmat', 'compare', base.run, tested.run]);
  const compared = scenarios.filter(({ change }) => change !== 'not comparable');
  const telling = compared.filter(
    ({ change, regressed, latencies }) => regressed || change !== 'unchanged' || latencies.length > 0,
  );
  const chosen = telling.length > 0 ? telling : compared;
  const cells = chosen.flatMap(({ base: was, tested: is }) => [was, is].map((shown) => countOf(shown)));
  const repeats = Math.max(1, ...cells);
  const repeat = repeats === 1 ? [] : ['--repeat', String(repeats)];
  const names = chosen.map(({ scenario }) => scenario).toSorted();
  const options = tested.options ?? [];
  return quote([
    'npx',
    'hazmat',
    'compare',
    '--base',
    base.kernel,
    '--kernel',
    tested.kernel,
    ...options,
    ...repeat,
    ...names,
  ]);
}

function countOf(shown: Shown | undefined): number {
  return shown?.verdicts.reduce((sum, { count }) => sum + count, 0) ?? 0;
}

/** `and 3 more; 14 more that most scenarios have`; empty when there are none. */
export function leftOutLines({ more, usual }: { more: number; usual: number }): string {
  const words = [
    ...(more === 0 ? [] : [`${more} more`]),
    ...(usual === 0 ? [] : [`${usual} that most scenarios have`]),
  ];
  return words.join(', and ');
}
