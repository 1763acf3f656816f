// SPDX-License-Identifier: GPL-2.0-only
// Which steps became slower or faster from one kernel to another. Pure.

import { pairSteps } from './compare-steps.ts';
import type { StepLatency } from './comparison.ts';
import { compareTimes, enoughTimes } from './latency.ts';
import type { ComparedCell, Pair } from './side.ts';

/** Times of the steps in repetitions that passed. `timed` is the number of steps with enough of them on both sides. */
export function compareLatencies({ base, tested }: Pair<ComparedCell[]>): { latencies: StepLatency[]; timed: number } {
  const passed = (cells: ComparedCell[]) => cells.filter(({ verdict }) => verdict === 'pass');
  const [was, is] = [passed(base), passed(tested)];
  const [first, other] = [was[0], is[0]];
  if (first === undefined || other === undefined) return { latencies: [], timed: 0 };
  const times = (cells: ComparedCell[], index: number) =>
    cells.flatMap(({ steps }) => steps.filter((step) => step.index === index).map(({ durationMs }) => durationMs));
  const latencies: StepLatency[] = [];
  let timed = 0;
  for (const pair of pairSteps(first.steps, other.steps)) {
    if (pair.base === undefined || pair.tested === undefined) continue;
    const [before, after] = [times(was, pair.base.index), times(is, pair.tested.index)];
    if (Math.min(before.length, after.length) >= enoughTimes) timed++;
    const change = compareTimes(before, after);
    if (change !== undefined) latencies.push({ step: pair.base.step, label: pair.base.label, ...change });
  }
  return { latencies, timed };
}
