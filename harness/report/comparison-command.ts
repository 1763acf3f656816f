// SPDX-License-Identifier: GPL-2.0-only
// The command that makes a comparison again. Pure.

import type { Comparison, Shown } from '../compare/comparison.ts';
import { testedWord } from '../compare/side.ts';
import { isNews } from '../compare/is-news.ts';
import { quoteArgv } from '../host/program.ts';

/**
 * The command that compares the same two kernels again, on the scenarios in which something changed, with as many repetitions. The same
 * kernel name in two runs can stand for two builds, so then the command names the runs.
 * @param shown how a kernel is written for others, who have a series and a repository under another name
 */
export function reproduceCommand(
  { base, tested, scenarios }: Comparison,
  shown: (kernel: string) => string = (kernel) => kernel,
): string {
  if (base.kernel === tested.kernel) return quoteArgv(['npx', 'hazmat', 'compare', base.run, tested.run]);
  const compared = scenarios.filter(({ change }) => change !== 'not comparable');
  const news = compared.filter((one) => isNews(one) || one.latencies.length > 0);
  const chosen = news.length > 0 ? news : compared;
  const repeats = Math.max(1, ...chosen.flatMap((one) => [cellsOf(one.base), cellsOf(one.tested)]));
  const isPatched = testedWord({ base, tested }) === 'patched' && shown(tested.kernel) !== tested.kernel;
  const on = base.kernel.includes('+') ? ['--on', 'FIRST'] : [];
  const kernels = isPatched
    ? ['--base', shown(base.kernel), ...on, '--series', 'SERIES']
    : ['--base', shown(base.kernel), '--kernel', shown(tested.kernel)];
  return quoteArgv([
    ...['npx', 'hazmat', 'compare', ...kernels],
    ...(tested.options ?? []),
    ...(repeats === 1 ? [] : ['--repeat', String(repeats)]),
    ...chosen.map(({ scenario }) => scenario).toSorted(),
  ]);
}

function cellsOf(shown: Shown | undefined): number {
  return shown?.verdicts.reduce((sum, { count }) => sum + count, 0) ?? 0;
}
