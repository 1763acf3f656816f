// SPDX-License-Identifier: GPL-2.0-only
// A run from its plan to its exit code: a new folder in results/, the stream of events, the reporters, the cells, clean-up.

import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ExitCode, HazmatError, renderError, UsageError } from '../host/errors.ts';
import { notice, redirectNotices } from '../host/notices.ts';
import { requireNeeds } from '../host/needs.ts';
import { projectVersion } from '../host/project-version.ts';
import { projectRoot, resultsRoot } from '../host/places.ts';
import { quoteArgv, runProgram } from '../host/program.ts';
import { boundGuestFiles, userspaceVersions } from '../guest/image/userspace.ts';
import { Checkpoints } from '../guest/checkpoints.ts';
import { expectedDurations } from '../history/durations.ts';
import { readHistory } from '../history/history-file.ts';
import { addToHistory } from '../history/update.ts';
import { catalogLines, loadCatalog } from '../kernel/catalog.ts';
import { chooseConfig } from '../kernel/config/choose-config.ts';
import { releaseKernels } from '../kernel/kernel-cache.ts';
import { findSeries } from '../kernel/series/series.ts';
import { parseKernelSpec } from '../kernel/spec.ts';
import { qemuVersion } from '../machine/version.ts';
import { terminalReporter } from '../report/terminal.ts';
import { writeReports } from '../report/write-reports.ts';
import { exitCodeOf } from '../results/exit-code.ts';
import { RunFolder } from '../results/run-folder.ts';
import { EventStream } from '../results/stream.ts';
import { findScenarios } from '../scenario/load.ts';
import { planCells, type CellPlan } from '../scenario/plan.ts';
import { cleanUp } from './clean-up.ts';
import { interruptedExitCode, interruptSignal } from './interrupt.ts';
import { orderCells } from './order-cells.ts';
import { runCells } from './scheduler.ts';
import { sweep } from './sweep.ts';

/** What a run is made with, apart from what is run. */
export interface RunSettings {
  repeat: number;
  jobs: number;
  name?: string;
  fresh?: boolean;
  append?: string;
  config?: string[];
  configFrom?: string;
}

/** Of the history only so much of its end is read for durations: some 100 nights. */
const recentHistoryBytes = 32 * 2 ** 20;

type PlanFlags = Pick<RunSettings, 'repeat' | 'config' | 'configFrom' | 'append'>;

/** The cells of scenarios on kernels. @throws UsageError for a scenario or a kernel that does not exist. */
export function plan(words: readonly string[], kernels: readonly string[], flags: PlanFlags): CellPlan[] {
  for (const kernel of kernels) checkKernel(kernel);
  return planCells(findScenarios(words), kernels, flags.repeat, bootOptions(flags));
}

/** The options that the reproduce command needs to boot the same kernel in the same way. */
function bootOptions({ config = [], configFrom, append }: PlanFlags): string[] {
  return [
    ...(config.length === 0 ? [] : ['--config', config.join(',')]),
    ...(configFrom === undefined ? [] : ['--config-from', configFrom]),
    ...(append === undefined ? [] : ['--append', append]),
  ];
}

/** The cells with what earlier runs took for them. */
function withDurations(cells: readonly CellPlan[]): CellPlan[] {
  const expected = expectedDurations(readHistory(resultsRoot(), recentHistoryBytes).entries);
  return cells.map((cell) => {
    const expectedMs = expected(cell);
    return expectedMs === undefined ? cell : { ...cell, expectedMs };
  });
}

/** Runs cells into a new folder in results/, with progress on `out`. @throws InfraError */
export async function runPlanned(
  asked: CellPlan[],
  kernels: string[],
  flags: RunSettings & { name: string; needsEveryKernel?: boolean },
  out: NodeJS.WriteStream,
): Promise<{ exitCode: number; folder: string }> {
  requireNeeds();
  const swept = await sweep();
  const cells = withDurations(asked);
  const stream = new EventStream();
  const folder = await RunFolder.create(resultsRoot(), flags.name, writeReports);
  stream.add(folder);
  stream.add(terminalReporter(out));
  const { signal, done } = interruptSignal(() =>
    stream.emit({
      type: 'message',
      level: 'warning',
      text: 'interrupted: stopping the guests and saving results; Ctrl-C again to exit at once',
    }),
  );
  const noticesEnd = redirectNotices((level, text) => stream.emit({ type: 'message', level, text }));
  const started = performance.now();
  stream.emit({
    type: 'run-started',
    name: path.basename(folder.path),
    folder: folder.path,
    command: quoteArgv(['npx', 'hazmat', ...process.argv.slice(2)]),
    cells: cells.map(planned),
    kernels,
    environment: await environmentFacts(),
    jobs: flags.jobs,
  });
  for (const text of swept) stream.emit({ type: 'message', level: 'info', text });
  let exitCode: number = ExitCode.infrastructure;
  let interrupted = false;
  try {
    const results = await runCells({
      cells: orderCells(cells),
      jobs: flags.jobs,
      emit: (event) => {
        stream.emit(event);
        // A run that can no longer be recorded is not worth going on with.
        if (stream.failure !== undefined) throw stream.failure;
      },
      cellFolder: (id) => folder.cellFolder(id),
      signal,
      fresh: flags.fresh === true,
      needsEveryKernel: flags.needsEveryKernel === true,
      append: flags.append ?? '',
      config: flags.config ?? [],
      configFromTree: flags.configFrom === 'tree',
    });
    exitCode = exitCodeOf(results, []);
  } catch (error) {
    interrupted = true;
    if (!signal.aborted) {
      if (error instanceof HazmatError) exitCode = error.exitCode;
      throw error;
    }
    exitCode = interruptedExitCode;
  } finally {
    const durationMs = Math.round(performance.now() - started);
    // What it kept in the caches may go.
    cleanUp(() => new Checkpoints().finish(), boundGuestFiles, releaseKernels);
    stream.emit({ type: 'run-ended', exitCode, interrupted, durationMs });
    done();
    noticesEnd();
    await stream.close();
  }
  await remember(folder.path);
  return { exitCode, folder: folder.path };
}

/** Adds a run that has ended to the history. Without it, the next `hazmat history` does. */
async function remember(folder: string): Promise<void> {
  try {
    await addToHistory(path.dirname(folder), [path.basename(folder)]);
  } catch (error) {
    notice('warning', `the run is not in the history yet: ${renderError(error)}`);
  }
}

/** What can be known of a kernel before anything is fetched. @throws UsageError */
function checkKernel(text: string): void {
  const spec = parseKernelSpec(text, catalogLines(loadCatalog()));
  const files =
    spec.kind === 'image'
      ? [spec.image, ...(spec.modules === undefined ? [] : [spec.modules])]
      : spec.kind === 'debian' || spec.base.kind === 'source'
        ? []
        : [spec.base.kind === 'tarball' ? spec.base.file : spec.base.path];
  for (const file of files) if (!existsSync(file)) throw new UsageError(`${text}: ${file} does not exist`);
  if (spec.kind !== 'image' && spec.series !== undefined) findSeries(spec.series.word);
}

/** As `checkKernel`, of the configuration. @throws UsageError */
export function checkConfigFlags({ config = [] }: Pick<RunSettings, 'config'>): void {
  if (config.length > 0) chooseConfig(config);
}

function planned({ of, ...cell }: CellPlan): Omit<CellPlan, 'of'> {
  return cell;
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

/** Packages of the guest whose versions can change a result. */
const recordedPackages = ['ndctl', 'daxctl', 'xfsprogs', 'e2fsprogs', 'dmsetup', 'kmod', 'mount', 'libc6'];

/** What the run depended on, for run.json. */
async function environmentFacts(): Promise<Record<string, string>> {
  const packages = await userspaceVersions().catch(() => ({}));
  return {
    hazmat: await hazmatVersion(),
    qemu: await qemuVersion(),
    node: process.version,
    host: `${os.type()} ${os.release()}, ${os.availableParallelism()} CPUs`,
    checkout: projectRoot,
    ...Object.fromEntries(
      Object.entries(packages)
        .filter(([name]) => recordedPackages.includes(name))
        .map(([name, version]) => [`guest ${name}`, version]),
    ),
  };
}

/** The version of package.json, and what git calls the checkout where there is git: `0.1.0 (f891a63-dirty)`. */
async function hazmatVersion(): Promise<string> {
  const version = projectVersion();
  const described = runProgram(['git', '-C', projectRoot, 'describe', '--always', '--dirty']);
  return described.then(
    ({ stdout }) => `${version} (${stdout.trim()})`,
    () => version,
  );
}
