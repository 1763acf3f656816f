// SPDX-License-Identifier: GPL-2.0-only
// A run from its plan to its exit code: a new folder in results/, the stream of events, the reporters, the cells, clean-up.

import path from 'node:path';
import { ExitCode, HazmatError, renderError } from '../host/errors.ts';
import { notice, redirectNotices } from '../host/notices.ts';
import { requireNeeds } from '../host/needs.ts';
import { resultsRoot } from '../host/places.ts';
import { quoteArgv } from '../host/program.ts';
import { boundGuestFiles } from '../guest/image/userspace.ts';
import { Checkpoints } from '../guest/checkpoints.ts';
import { addToHistory } from '../history/update.ts';
import { chooseConfig } from '../kernel/config/choose-config.ts';
import { releaseKernels } from '../kernel/kernel-cache.ts';
import { boundFetchedQemu } from '../machine/fetched-qemu.ts';
import { terminalReporter } from '../report/terminal.ts';
import { writeReports } from '../report/write-reports.ts';
import { exitCodeOf } from '../results/exit-code.ts';
import type { DroppedCell, Reporter, RunEventBody, Settling } from '../results/events.ts';
import { RunFolder } from '../results/run-folder.ts';
import { readRun } from '../results/read-run.ts';
import { RunRecorder } from '../results/run-record.ts';
import { EventStream } from '../results/stream.ts';
import { checkFeatureNames } from '../scenario/features.ts';
import { findScenarios } from '../scenario/load.ts';
import type { CellPlan } from '../scenario/plan.ts';
import { boundSuiteImages } from '../suite/tree.ts';
import { checkKernel } from './check-kernel.ts';
import { cleanUp } from './clean-up.ts';
import { environmentFacts } from './environment-facts.ts';
import { coverageFolder } from './coverage/symbols.ts';
import { interruptedExitCode, interruptSignal } from './interrupt.ts';
import { orderCells } from './order-cells.ts';
import { clearOpenCells, type ResumedRun } from './resume.ts';
import { withDurations, type RunPlan } from './run-plan.ts';
import { runCells } from './scheduler.ts';
import type { Reusable } from './settle/reuse.ts';
import { Settler, type SettleOptions } from './settle/settler.ts';
import { sweep } from './sweep.ts';
import { updateMaps } from './touching/update-map.ts';
import { plainVariant, planVariant, type Variant, type VariantOptions } from './variants.ts';

/** What a run is made with, apart from what is run. */
export interface RunSettings extends VariantOptions {
  repeat: number;
  jobs: number;
  name?: string;
  fresh?: boolean;
  coverage?: boolean;
}

/** How a plan is run. */
export interface RunHow {
  jobs: number;
  name: string;
  fresh?: boolean | undefined;
  needsEveryKernel?: boolean | undefined;
  reusable?: Reusable | undefined;
  unchangedSince?: SettleOptions['unchangedSince'];
  untilConfidence?: number | undefined;
  imported?: boolean | undefined;
  /** Record all that kernels execute. */
  coverage?: boolean | undefined;
  /** Where its folder is made, instead of among the results: then it is not in the history of runs either. */
  root?: string | undefined;
  /** What is known against it from its start. */
  warnings?: readonly string[] | undefined;
  /** The same in words, for the rest of the run if it is interrupted. */
  settling?: Settling | undefined;
}

type PlanFlags = Pick<RunSettings, 'repeat' | 'config' | 'configFrom' | 'append' | 'assume' | 'qemu'>;

/** The cells of scenarios on kernels. @throws UsageError for a scenario or a kernel that does not exist. */
export function plan(words: readonly string[], kernels: readonly string[], flags: PlanFlags): CellPlan[] {
  for (const kernel of kernels) checkKernel(kernel);
  checkFeatureNames(flags.assume ?? []);
  const scenarios = findScenarios(words);
  return kernels.flatMap((kernel) => planVariant(scenarios, plainVariant(kernel, flags), flags.repeat));
}

/**
 * Runs cells into a new folder in results/, with progress on `out`, if there is one. `patches`: by kernel, what its last patch is called.
 * @throws InfraError
 */
export async function runPlanned(
  cells: CellPlan[],
  kernels: string[],
  flags: RunSettings & {
    name: string;
    needsEveryKernel?: boolean;
    patches?: ReadonlyMap<string, string> | undefined;
    dropped?: DroppedCell[];
    root?: string;
  },
  out: NodeJS.WriteStream | undefined,
): Promise<{ exitCode: number; folder: string }> {
  const variants = variantsOf(kernels, flags);
  return runPlan({ variants, cells: withDurations(cells), dropped: flags.dropped ?? [] }, flags, out);
}

/** The kernels of a run with the options of its command; `patches`: by kernel, what its last patch is called. */
export function variantsOf(
  kernels: readonly string[],
  flags: VariantOptions & { patches?: ReadonlyMap<string, string> | undefined },
): Variant[] {
  return kernels.map((kernel) => {
    const patch = flags.patches?.get(kernel);
    return { ...plainVariant(kernel, flags), ...(patch === undefined ? {} : { patch }) };
  });
}

/** Runs a plan into a new folder in results/, or goes on with a run. @throws InfraError, UsageError */
export async function runPlan(
  wanted: RunPlan,
  how: RunHow,
  out: NodeJS.WriteStream | undefined,
  resumed?: ResumedRun,
): Promise<{ exitCode: number; folder: string }> {
  requireNeeds();
  const swept = await sweep();
  const environment = await environmentFacts(wanted.variants);
  const { folder, events } =
    resumed === undefined
      ? { folder: await RunFolder.create(how.root ?? resultsRoot(), how.name, writeReports), events: [] }
      : await RunFolder.resume(resumed.folder, writeReports);
  const stream = new EventStream(undefined, events.at(-1));
  const recorder = new RunRecorder();
  const record: Reporter = {
    name: 'record',
    onEvent: (event) => recorder.add(event),
    recall: (event) => recorder.add(event),
  };
  const terminal = out === undefined ? [] : [terminalReporter(out)];
  for (const reporter of [folder, record, ...terminal]) stream.add(reporter);
  const settler = new Settler({
    ...how,
    emit: (event) => {
      resumed?.check(event);
      stream.emit(event);
      // A run that can no longer be recorded is not worth going on with.
      if (stream.failure !== undefined) throw stream.failure;
    },
    cellFolder: (id) => folder.cellFolder(id),
  });
  for (const event of events) {
    for (const listener of [record, ...terminal]) listener.recall?.(event);
    settler.recall(event);
  }
  const { signal, done } = interruptSignal(() =>
    stream.emit({
      type: 'message',
      level: 'warning',
      text: 'interrupted: stopping the guests and saving results; Ctrl-C again to exit at once',
    }),
  );
  const noticesEnd = redirectNotices((level, text) => stream.emit({ type: 'message', level, text }));
  stream.emit(
    resumed === undefined ? startOf(wanted, how, folder, environment) : { type: 'run-resumed', command: command() },
  );
  for (const text of swept) stream.emit({ type: 'message', level: 'info', text });
  for (const text of how.warnings ?? []) stream.emit({ type: 'message', level: 'warning', text });
  let exitCode: number = ExitCode.infrastructure;
  let interrupted = false;
  try {
    if (resumed !== undefined) clearOpenCells(folder.path, recorder.record());
    await runCells({
      cells: orderCells(wanted.cells),
      jobs: how.jobs,
      emit: (event) => settler.emit(event),
      settle: (cell, runs) => settler.settle(cell, runs),
      cellFolder: (id) => folder.cellFolder(id),
      signal,
      fresh: how.fresh === true,
      needsEveryKernel: how.needsEveryKernel === true,
      variants: wanted.variants,
      imported: how.imported,
      coverage: how.coverage === true ? { folder: coverageFolder(folder.path) } : undefined,
    });
    const { cells = [], unfinished = [], dropped = [] } = recorder.record() ?? {};
    exitCode = exitCodeOf(cells, unfinished, dropped);
  } catch (error) {
    interrupted = true;
    if (!signal.aborted) {
      if (error instanceof HazmatError) exitCode = error.exitCode;
      throw error;
    }
    exitCode = interruptedExitCode;
  } finally {
    // What it kept in the caches may go.
    cleanUp(() => new Checkpoints().finish(), boundGuestFiles, boundFetchedQemu, boundSuiteImages, releaseKernels);
    stream.emit({ type: 'run-ended', exitCode, interrupted, durationMs: stream.runMs });
    done();
    noticesEnd();
    await stream.close();
  }
  if (how.root === undefined) await remember(folder.path);
  if (how.coverage === true) await rememberExecuted(folder.path);
  return { exitCode, folder: folder.path };
}

function startOf(
  { variants, cells, dropped, shard }: RunPlan,
  { jobs, settling }: RunHow,
  folder: RunFolder,
  environment: Record<string, string>,
): Extract<RunEventBody, { type: 'run-started' }> {
  return {
    type: 'run-started',
    name: path.basename(folder.path),
    folder: folder.path,
    command: command(),
    cells: cells.map(({ of, ...cell }) => cell),
    kernels: variants.map(({ name }) => name),
    environment,
    jobs,
    variants,
    ...(settling === undefined ? {} : { settling }),
    ...(dropped.length === 0 ? {} : { dropped }),
    ...(shard === undefined ? {} : { shard }),
  };
}

function command(): string {
  return quoteArgv(['npx', 'hazmat', ...process.argv.slice(2)]);
}

/** Adds a run that has ended to the history. Without it, the next `hazmat history` does. */
async function remember(folder: string): Promise<void> {
  try {
    await addToHistory(path.dirname(folder), [path.basename(folder)]);
  } catch (error) {
    notice('warning', `the run is not in the history yet: ${renderError(error)}`);
  }
}

/** Adds what the run has recorded to the maps for --touching. */
async function rememberExecuted(folder: string): Promise<void> {
  try {
    await updateMaps(readRun(folder));
  } catch (error) {
    notice('warning', `what was executed is not in the map: ${renderError(error)}`);
  }
}

/** As `checkKernel`, of the configuration. @throws UsageError */
export function checkConfigFlags({ config = [] }: Pick<RunSettings, 'config'>): void {
  if (config.length > 0) chooseConfig(config);
}

/** A name for the run: what is run, on what. */
export function runName(words: readonly string[], kernels: readonly string[]): string {
  const what =
    words.length === 0
      ? 'all'
      : words.length === 1
        ? path.basename(words[0] ?? '', '.yaml')
        : `${words.length}-scenarios`;
  return `${what}-${kernels.map((kernel) => path.basename(kernel.replace(/^\w+:/, '').split(',')[0] ?? '')).join('-')}`;
}
