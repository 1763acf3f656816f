// SPDX-License-Identifier: GPL-2.0-only
// What became of behaviors from one kernel to another: two lists of cells in, one comparison out. Pure.

import { ExitCode } from '../host/errors.ts';
import type { CellStory } from '../results/cell-story.ts';
import { compareLogs, type LogChange } from './compare-logs.ts';
import { firstDifference, pairSteps, type StepDifference } from './compare-steps.ts';
import { deviationKey, keysOf, mainKey } from './deviation-key.ts';
import type { CellResult, Deviation, Verdict } from '../results/events.ts';
import { isUnexpected } from '../results/exit-code.ts';
import { compareTimes, enoughTimes, type LatencyChange } from './latency.ts';
import { groupBy } from '../host/group-by.ts';
import { mainDeviation } from '../results/main-deviation.ts';

/** Raised when a comparison as JSON changes its meaning. */
export const comparisonVersion = 1;

/** A cell with all that is compared. */
export interface ComparedCell extends CellStory {
  /** What the kernel said, normalized (tellingLines); undefined when there is no log. */
  log?: string[];
}

/** One kernel in one run. */
export interface Side {
  run: string;
  folder: string;
  /** The command that made the run. */
  command: string;
  started: string;
  /** As asked for, its short name, and what it was found to be. */
  kernel: string;
  label: string;
  version: string;
  release?: string;
  origin?: string;
  environment: Record<string, string>;
  /** What else its command line said of the kernel: `--config kasan`. */
  options?: string[];
  cells: ComparedCell[];
  /** Scenarios that were planned on this kernel, and have no verdict in at least one repetition. */
  unfinished: string[];
}

/**
 * fixed: deviated, passes. broken: passed, deviates. known: deviates as nowhere before, and a known entry says why.
 * changed: deviates on both, but otherwise. unstable: repetitions of a side do not agree. not compared: a side has no
 * verdict of the kernel's (skipped, broken by the lab, not run, not there).
 */
export const changes = ['broken', 'changed', 'unstable', 'fixed', 'known', 'same', 'not compared'] as const;
export type Change = (typeof changes)[number];

/** What one side showed in one scenario, over its repetitions. */
export interface Shown {
  /** How many cells had which verdict, in order of appearance; `known` is how many of them were expected deviations. */
  verdicts: { verdict: Verdict; count: number; known: number }[];
  /** One sentence, of the cell that tells it best. */
  why: string;
  /** Path of that cell's folder, with the run's. */
  folder: string;
  reproduce: string;
}

export interface SeenDeviation extends Deviation {
  key: string;
  /** In how many of how many compared repetitions. */
  cells: number;
  of: number;
  /** A known entry covers it. */
  known: boolean;
}

export interface StepLatency extends LatencyChange {
  step: string;
  label: string;
}

export interface ScenarioChange {
  scenario: string;
  title: string;
  change: Change;
  /** True when the series shows an unexpected deviation that the base does not: something broke. */
  broke: boolean;
  base?: Shown;
  series?: Shown;
  /** Why it is not compared, which repetitions were left out, what else must be known to judge it. */
  notes: string[];
  /** By fingerprint: only in the series, only in the base, in both. */
  appeared: SeenDeviation[];
  gone: SeenDeviation[];
  stayed: SeenDeviation[];
  /** The known entry of the series' deviation. */
  known?: { because: string; bug?: string };
  firstDifference?: StepDifference;
  latencies: StepLatency[];
  /** Lines of the kernel log that only one side has. */
  log: { appeared: LogChange[]; gone: LogChange[] };
}

export interface Comparison {
  base: Omit<Side, 'cells' | 'unfinished'>;
  series: Omit<Side, 'cells' | 'unfinished'>;
  /** What makes the two sides less comparable: other versions of the lab, another scenario content. */
  notes: string[];
  scenarios: ScenarioChange[];
  counts: Record<Change, number>;
  /** Scenarios in which something broke. */
  broke: string[];
  /** Scenarios in which the lab failed or never came to a verdict, on either side. */
  lost: string[];
  /** A kernel could not be made of what was given. */
  unbuilt: boolean;
  /** Steps with enough repetitions for their times to be compared. */
  timedSteps: number;
}

/** Compares two kernels, scenario by scenario, those that broke first. */
export function compareSides(base: Side, series: Side): Comparison {
  const environment = environmentNotes(base, series);
  const context: Context = {
    exact: line(base.version) === line(series.version),
    timed: environment.sameMachine,
  };
  const [ofBase, ofSeries] = [base, series].map((side) => groupBy(side.cells, (cell) => cell.scenario));
  const names = [...base.cells, ...series.cells].map((cell) => cell.scenario);
  const scenarios = [...new Set([...names, ...base.unfinished, ...series.unfinished])].sort().map((scenario) => {
    const pair = { base: ofBase?.get(scenario) ?? [], series: ofSeries?.get(scenario) ?? [] };
    const open = { base: base.unfinished.includes(scenario), series: series.unfinished.includes(scenario) };
    return compareScenario(scenario, pair, open, { base, series }, context);
  });
  const ordered = scenarios.toSorted((a, b) => changes.indexOf(a.change.change) - changes.indexOf(b.change.change));
  const told = ordered.map(({ change }) => change);
  const count = (change: Change) => told.filter((one) => one.change === change).length;
  return {
    base: factsOf(base),
    series: factsOf(series),
    notes: [...environment.notes, ...contentNotes(base, series)],
    scenarios: told,
    counts: Object.fromEntries(changes.map((change) => [change, count(change)])) as Record<Change, number>,
    broke: told.filter(({ broke }) => broke).map(({ scenario }) => scenario),
    lost: ordered.filter(({ lost }) => lost).map(({ change }) => change.scenario),
    unbuilt: [...base.cells, ...series.cells].some((cell) => cell.unbuilt === true),
    timedSteps: scenarios.reduce((sum, { timed }) => sum + timed, 0),
  };
}

/**
 * The exit code: 1 when something broke in any comparison; else 2 when a kernel could not be made of what was given; else 3
 * when the lab failed or a run was stopped, so that a scenario has no verdict; else 0. Skips and scenarios that are in one run only are no failure of anybody.
 */
export function comparisonExitCode(
  comparisons: readonly Comparison[],
  patches: readonly { unbuilt?: true }[] = [],
): ExitCode {
  if (comparisons.some(({ broke }) => broke.length > 0)) return ExitCode.deviation;
  // A patch in the middle that cannot be built is wrong, though a later one mends it: nobody could bisect through it.
  if ([...comparisons, ...patches].some(({ unbuilt }) => unbuilt === true)) return ExitCode.usage;
  return comparisons.some(({ lost }) => lost.length > 0) ? ExitCode.infrastructure : ExitCode.ok;
}

interface Context {
  /** Kernels of one X.Y: stacks are alike, so fingerprints are compared whole. Else by kind and function. */
  exact: boolean;
  /** Times of the two sides were taken on the same machine. */
  timed: boolean;
}

interface Pair<T> {
  base: T;
  series: T;
}

const isJudged = (cell: CellResult): boolean => cell.verdict !== 'skip' && cell.verdict !== 'broken';

function compareScenario(
  scenario: string,
  all: Pair<ComparedCell[]>,
  open: Pair<boolean>,
  sides: Pair<Side>,
  context: Context,
): { change: ScenarioChange; lost: boolean; timed: number } {
  const pair = { base: all.base.filter(isJudged), series: all.series.filter(isJudged) };
  const notes = [...leftOut('base', all.base, open.base), ...leftOut('series', all.series, open.series)];
  const change = changeOf(pair, context);
  const deviations = compareDeviations(pair, context);
  const broke = change !== 'not compared' && deviations.appeared.some(({ known }) => !known);
  const best = { base: teller(pair.base, context), series: teller(pair.series, context) };
  const both = best.base !== undefined && best.series !== undefined;
  const difference = both ? firstDifference(best.base?.steps ?? [], best.series?.steps ?? []) : undefined;
  const times = both && context.timed ? compareLatencies(pair) : { latencies: [], timed: 0 };
  const shown = {
    base: shownBy(all.base, best.base, sides.base),
    series: shownBy(all.series, best.series, sides.series),
  };
  const known = change === 'known' || change === 'same' ? best.series?.known : undefined;
  return {
    change: {
      scenario,
      title: [...all.series, ...all.base][0]?.title ?? '',
      change,
      broke,
      ...(shown.base === undefined ? {} : { base: shown.base }),
      ...(shown.series === undefined ? {} : { series: shown.series }),
      notes: [...notes, ...outOfDate(best.series)],
      ...(change === 'not compared' ? { appeared: [], gone: [], stayed: [] } : deviations),
      ...(known === undefined ? {} : { known }),
      ...(difference === undefined ? {} : { firstDifference: difference }),
      latencies: times.latencies,
      log: both ? compareLogs(pair.base, pair.series) : { appeared: [], gone: [] },
    },
    lost: [...all.base, ...all.series].some(({ verdict }) => verdict === 'broken') || open.base || open.series,
    timed: times.timed,
  };
}

/** One word for what became of a scenario. */
function changeOf({ base, series }: Pair<ComparedCell[]>, { exact }: Context): Change {
  const [was, is] = [base[0], series[0]];
  if (was === undefined || is === undefined) return 'not compared';
  // What a known failure shows can differ from boot to boot, such as which pages were signaled; its steps cannot.
  const main = (cell: ComparedCell) =>
    (cell.verdict === 'fail' ? cell.known?.because : undefined) ?? mainKey(cell, exact);
  const signature = (cell: ComparedCell) => JSON.stringify([cell.verdict, main(cell)]);
  const agree = (cells: ComparedCell[]) => new Set(cells.map(signature)).size === 1;
  if (!agree(base) || !agree(series)) return 'unstable';
  if (is.verdict === 'pass') return was.verdict === 'pass' ? 'same' : 'fixed';
  if (was.verdict === 'pass') return series.some(isUnexpected) ? 'broken' : 'known';
  const [before, after] = [base, series].map((cells) => new Set(cells.flatMap((cell) => keysOf(cell, exact))));
  const equal = [...(before ?? []), ...(after ?? [])].every(
    (key) => before?.has(key) === true && after?.has(key) === true,
  );
  if (equal && signature(was) === signature(is)) return 'same';
  if (series.some(isUnexpected)) return 'changed';
  return signature(was) === signature(is) ? 'same' : 'known';
}

function compareDeviations(
  { base, series }: Pair<ComparedCell[]>,
  { exact }: Context,
): Pick<ScenarioChange, 'appeared' | 'gone' | 'stayed'> {
  const [before, after] = [seenIn(base, exact), seenIn(series, exact)];
  const without = (one: SeenDeviation[], other: SeenDeviation[]) =>
    one.filter(({ key }) => !other.some((seen) => seen.key === key));
  const appeared = without(after, before);
  return { appeared, gone: without(before, after), stayed: after.filter((seen) => !appeared.includes(seen)) };
}

/** Deviations of repetitions, each once, what gave a cell its verdict first. */
function seenIn(cells: readonly ComparedCell[], exact: boolean): SeenDeviation[] {
  const all = cells.flatMap((cell) => {
    const main = mainDeviation(cell);
    const ordered = cell.deviations.toSorted((a, b) => Number(b === main) - Number(a === main));
    return ordered.map((deviation) => ({ cell, deviation, key: deviationKey(deviation, exact) }));
  });
  return [...groupBy(all, ({ key }) => key)].flatMap(([key, seen]) => {
    const [first] = seen;
    if (first === undefined) return [];
    const within = new Set(seen.map(({ cell }) => cell));
    const known = [...within].every((cell) => !isUnexpected(cell));
    return [{ ...first.deviation, key, cells: within.size, of: cells.length, known }];
  });
}

/** The cell that stands for its repetitions: one that deviates unexpectedly if there is one, then the most frequent. */
function teller(cells: readonly ComparedCell[], { exact }: Context): ComparedCell | undefined {
  const bad = cells.filter(isUnexpected);
  const groups = [
    ...groupBy(bad.length > 0 ? bad : cells, (cell) => `${cell.verdict} ${mainKey(cell, exact) ?? ''}`).values(),
  ];
  return groups.toSorted((a, b) => b.length - a.length)[0]?.[0];
}

function shownBy(cells: readonly ComparedCell[], best: ComparedCell | undefined, side: Side): Shown | undefined {
  const cell = best ?? cells[0];
  if (cell === undefined) return undefined;
  const verdicts = [...groupBy(cells, ({ verdict }) => verdict)].map(([, same]) => {
    const deviates = same.filter((one) => isJudged(one) && one.verdict !== 'pass');
    return {
      verdict: same[0]?.verdict ?? cell.verdict,
      count: same.length,
      known: deviates.filter(({ expected }) => expected).length,
    };
  });
  return { verdicts, why: cell.why, folder: `${side.folder}/${cell.folder}`, reproduce: cell.reproduce };
}

/** What of a side was not compared, and why. */
function leftOut(side: keyof Pair<unknown>, cells: readonly ComparedCell[], open: boolean): string[] {
  if (cells.length === 0)
    return [open ? `no verdict on the ${side}: the run was stopped before` : `not in the run of the ${side}`];
  const told = (['skip', 'broken'] as const).flatMap((verdict) => {
    const some = cells.filter((cell) => cell.verdict === verdict);
    const [first] = some;
    if (first === undefined) return [];
    if (first.unbuilt === true) return [`there is no kernel for the ${side}: ${first.why}`];
    const share = cells.length > 1 ? ` in ${some.length} of ${cells.length} repetitions` : '';
    const what = verdict === 'skip' ? 'skipped' : 'the lab failed';
    return [`${what} on the ${side}${share}: ${first.why}`];
  });
  return [...told, ...(open ? [`some repetitions on the ${side} have no verdict: the run was stopped before`] : [])];
}

function outOfDate(cell: ComparedCell | undefined): string[] {
  const entry = cell?.knownButPassed;
  return entry === undefined ? [] : [`passes on the series though a known entry names its kernel: ${entry.because}`];
}

/** Times of the steps that went well on both sides. */
function compareLatencies({ base, series }: Pair<ComparedCell[]>): { latencies: StepLatency[]; timed: number } {
  const [was, is] = [base, series].map((cells) => cells.filter(({ verdict }) => verdict === 'pass'));
  const [first, other] = [was?.[0], is?.[0]];
  if (was === undefined || is === undefined || first === undefined || other === undefined)
    return { latencies: [], timed: 0 };
  const times = (cells: ComparedCell[], index: number) =>
    cells.flatMap(({ steps }) => steps.filter((step) => step.index === index).map(({ durationMs }) => durationMs));
  const latencies: StepLatency[] = [];
  let timed = 0;
  for (const pair of pairSteps(first.steps, other.steps)) {
    if (pair.base === undefined || pair.series === undefined) continue;
    const [before, after] = [times(was, pair.base.index), times(is, pair.series.index)];
    if (Math.min(before.length, after.length) >= enoughTimes) timed++;
    const change = compareTimes(before, after);
    if (change !== undefined) latencies.push({ step: pair.base.step, label: pair.base.label, ...change });
  }
  return { latencies, timed };
}

/** What of the lab differs. Where the checkout lies and which Node runs it does not matter to a kernel. */
function environmentNotes(base: Side, series: Side): { notes: string[]; sameMachine: boolean } {
  if (base.folder === series.folder) return { notes: [], sameMachine: true };
  const differing = (key: string) => base.environment[key] !== series.environment[key];
  const notes: string[] = [];
  if (differing('hazmat')) {
    notes.push(
      `hazmat differs: ${base.environment.hazmat ?? 'not recorded'} for the base, ${series.environment.hazmat ?? 'not recorded'} for the series`,
    );
  } else if (base.environment.hazmat === undefined) {
    notes.push('neither run records the version of hazmat, so it may have changed in between');
  }
  const shared = Object.keys(base.environment).filter((key) => key in series.environment && differing(key));
  for (const key of shared.filter((name) => !['hazmat', 'checkout', 'node'].includes(name))) {
    notes.push(
      `${key} differs: ${base.environment[key] ?? ''} for the base, ${series.environment[key] ?? ''} for the series`,
    );
  }
  const sameMachine = !['host', 'qemu', 'accelerator', 'hazmat'].some(differing);
  if (!sameMachine) notes.push('times are not compared: the two runs had another hazmat, host or QEMU');
  return { notes, sameMachine };
}

function contentNotes(base: Side, series: Side): string[] {
  if (base.folder === series.folder) return [];
  const contents = (side: Side) => new Map(side.cells.map(({ scenario, content }) => [scenario, content]));
  const [before, after] = [contents(base), contents(series)];
  const both = [...before].filter(([scenario]) => after.has(scenario));
  const unknown = both.filter(([scenario, content]) => content === undefined || after.get(scenario) === undefined);
  const other = both.filter((one) => !unknown.includes(one) && after.get(one[0]) !== one[1]);
  return [
    ...(other.length === 0
      ? []
      : [`these scenarios changed between the runs: ${other.map(([scenario]) => scenario).join(', ')}`]),
    ...(unknown.length === 0
      ? []
      : [`whether scenarios changed between the runs is not recorded for ${unknown.length} of ${both.length}`]),
  ];
}

function factsOf({ cells, unfinished, ...facts }: Side): Comparison['base'] {
  return facts;
}

/** `6.12.107` -> `6.12`. */
function line(version: string): string {
  return /^\d+\.\d+/.exec(version)?.[0] ?? version;
}
