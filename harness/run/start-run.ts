// SPDX-License-Identifier: GPL-2.0-only
// Runs a plan, or the rest of one, as the options of `hazmat run` and `hazmat matrix` say.

import path from 'node:path';
import { readHistory } from '../history/history-file.ts';
import { UsageError } from '../host/errors.ts';
import { resultsRoot } from '../host/places.ts';
import { planList } from '../report/plan-list.ts';
import type { Settling } from '../results/events.ts';
import { findRun } from '../results/find-run.ts';
import { readRun } from '../results/read-run.ts';
import { checkAllSeries } from './check-series.ts';
import { lastFailed } from './matrix/last-failed.ts';
import { shardOf } from './matrix/shard.ts';
import { readResumable } from './resume.ts';
import { withDurations, type RunPlan } from './run-plan.ts';
import { mostRepeats } from './settle/confidence.ts';
import { Reusable } from './settle/reuse.ts';
import { runPlan, type RunHow } from './whole-run.ts';

/** What `hazmat run` and `hazmat matrix` have in common. */
export interface StartFlags {
  jobs: number;
  fresh?: boolean;
  list?: boolean;
  resume?: string;
  reuse?: boolean;
  shard?: { index: number; count: number };
  lastFailed?: boolean;
  changedSince?: string;
  untilConfidence?: number;
  imported?: boolean;
  coverage?: boolean;
}

/** With --until-confidence, a cell is repeated as often as it takes, at most `mostRepeats` times, or as --repeat says. */
export function repeatsOf({ repeat, untilConfidence }: { repeat: number; untilConfidence?: number }): number {
  return untilConfidence !== undefined && repeat === 1 ? mostRepeats : repeat;
}

/** The plan that is left when the options have chosen. @throws UsageError when nothing is left */
export function choose(plan: RunPlan, { lastFailed: onlyFailed = false, shard }: StartFlags): RunPlan {
  const timed = { ...plan, cells: withDurations(plan.cells, shard !== undefined) };
  const wanted = onlyFailed ? lastFailed(timed, readHistory(resultsRoot()).entries) : timed;
  const part = shard === undefined ? wanted : shardOf(wanted, shard.index, shard.count);
  if (part.cells.length > 0) return part;
  const why =
    onlyFailed && wanted.cells.length === 0 ? 'everything was as expected the last time' : 'the plan has no cell';
  throw new UsageError(`nothing to run: ${why}`);
}

/** Runs it, or with --list prints it. Returns the exit code. @throws UsageError, InfraError */
export async function startRun(plan: RunPlan, name: string, flags: StartFlags): Promise<number> {
  const chosen = choose(plan, flags);
  if (flags.list === true) {
    process.stdout.write(planList(chosen.cells, chosen.dropped, chosen.reasons));
    return 0;
  }
  const kernels = new Set(chosen.cells.map(({ kernel }) => kernel));
  const specs = chosen.variants.filter(({ name }) => kernels.has(name)).map(({ spec }) => spec);
  await checkAllSeries(specs, { every: false, imported: flags.imported });
  const { shard } = flags;
  const how = { jobs: flags.jobs, name: shard === undefined ? name : `${name}-${shard.index}-of-${shard.count}` };
  return (await runPlan(chosen, { ...how, ...settlingOf(settlingIn(flags)) }, process.stdout)).exitCode;
}

/** Goes on with a run, as it was begun. Returns the exit code. @throws UsageError, InfraError */
export async function resumeRun(word: string, flags: Pick<StartFlags, 'jobs'>): Promise<number> {
  const resumed = await readResumable(word, resultsRoot());
  const settling = resumed.settling ?? settlingIn(flags);
  const how = { jobs: flags.jobs, name: path.basename(resumed.folder), ...settlingOf(settling) };
  return (await runPlan(resumed.plan, how, process.stdout, resumed)).exitCode;
}

/** How cells are settled by these options. @throws UsageError for a run that there is not */
export function settlingIn({
  fresh = false,
  imported = false,
  reuse = false,
  coverage = false,
  changedSince,
  untilConfidence,
}: Partial<StartFlags>): Settling {
  return {
    ...{ fresh, imported, reuse },
    ...(coverage ? { coverage } : {}),
    ...(changedSince === undefined ? {} : { changedSince: findRun(changedSince, resultsRoot()) }),
    ...(untilConfidence === undefined ? {} : { untilConfidence }),
  };
}

/** The same for the engine. `results`: where the earlier runs are. @throws UsageError */
export function settlingOf(settling: Settling, results = resultsRoot()): Partial<RunHow> {
  const { fresh, imported, reuse, coverage, changedSince, untilConfidence } = settling;
  return {
    ...{ fresh, imported, coverage, untilConfidence, settling },
    reusable: reuse ? new Reusable(results, readHistory(results).entries) : undefined,
    unchangedSince: changedSince === undefined ? undefined : verdictsOf(changedSince),
  };
}

/** The inputs of a run's cells, each with its verdict. @throws UsageError when it says nothing of them */
function verdictsOf(word: string): { run: string; verdicts: Map<string, string> } {
  const record = readRun(findRun(word, resultsRoot()));
  const settled = record.cells.filter(({ verdict }) => verdict !== 'error' && verdict !== 'unbuilt');
  const verdicts = new Map(settled.flatMap(({ inputs, verdict }) => (inputs === undefined ? [] : [[inputs, verdict]])));
  if (verdicts.size === 0) throw new UsageError(`${record.name} does not say what its cells depended on`);
  return { run: record.name, verdicts };
}
