// SPDX-License-Identifier: GPL-2.0-only
// Comparisons in words, for the terminal and for mail. Pure.

import type {
  Comparison,
  LogChange,
  ScenarioChange,
  SeenDeviation,
  SeenStep,
  StepLatency,
} from '../compare/comparison.ts';
import { groupBy } from '../host/group-by.ts';
import { headline } from './cell-lines.ts';

type Changed = Pick<ScenarioChange, 'change' | 'regressed'>;

/** `REGRESSED`, `fixed`: capitals when the tested kernel shows an unexpected deviation that base does not show. */
export function changeWord({ change, regressed }: Changed): string {
  return regressed || change === 'regressed' ? change.toUpperCase() : change;
}

const order = ['REGRESSED', 'CHANGED', 'FLAKY', 'fixed', 'changed', 'flaky', 'known', 'unchanged', 'not comparable'];

/** `1 REGRESSED, 3 fixed, 40 unchanged`; zero counts are left out, except of regressed and fixed. */
export function countsLine({ scenarios }: Pick<Comparison, 'scenarios'>): string {
  const words = scenarios.map(changeWord);
  const counts = order
    .map((word) => ({ word, count: words.filter((one) => one === word).length }))
    .filter(({ word, count }) => count > 0 || word === 'REGRESSED' || word === 'fixed');
  return counts.map(({ word, count }) => `${count} ${count === 0 ? word.toLowerCase() : word}`).join(', ');
}

/** `crash in unmount: BUG: ... (3 of 5)`. */
export function deviationLine(deviation: SeenDeviation): string {
  return `${ends(headline(deviation))}${deviation.of > 1 ? ` (${deviation.cells} of ${deviation.of})` : ''}`;
}

/** What a step did on one side. */
export function stepLine(seen: SeenStep | undefined): string {
  if (seen === undefined) return 'not reached';
  const word = { ok: 'ok', deviates: 'failed', ended: 'did not finish' }[seen.outcome];
  return `${word}: ${ends(seen.seen)}`;
}

/** The first and the last line of a text: a `run` step can have many, and its cell's folder has them all. */
function ends(text: string): string {
  const lines = text.trim().split('\n');
  return lines.length < 3 ? text : `${lines[0] ?? ''} … ${(lines.at(-1) ?? '').trim()}`;
}

/** `step 2, unmount /mnt`. */
export function stepName({ step, label }: { step: string; label: string }, index: number): string {
  return `step ${index + 1}, ${step} ${ends(label)}`;
}

/** `unbind pmem0 is slower: median 45 ms instead of 20 ms (10 and 10 times, p=0.0002)`. */
export function latencyLine(latency: StepLatency): string {
  const { step, label, change, baseMs, testedMs, baseTimes, testedTimes, p } = latency;
  const sure = p < 0.0001 ? 'p<0.0001' : `p=${p.toFixed(4)}`;
  const times = `${testedTimes} and ${baseTimes} times`;
  return `${step} ${label} is ${change}: median ${testedMs} ms instead of ${baseMs} ms (${times}, ${sure})`;
}

export interface SharedLine {
  line: string;
  alarming: boolean;
  scenarios: string[];
}

/** Lines of the kernel log that one side has, each once with all its scenarios: alarms first, then the most frequent. */
export function sharedLines({ scenarios }: Comparison, side: 'appeared' | 'gone'): SharedLine[] {
  const all = scenarios.flatMap(({ scenario, log }) =>
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

/** `3 more lines, and 14 that most scenarios have`; empty when there are none. */
export function leftOutLines({ more, usual }: { more: number; usual: number }): string {
  const words = [
    ...(more === 0 ? [] : [`${more} more`]),
    ...(usual === 0 ? [] : [`${usual} that most scenarios have`]),
  ];
  return words.join(', and ');
}
