// SPDX-License-Identifier: GPL-2.0-only
// Goes on with a run that was interrupted by anything: what is settled is not repeated, and what it is settled with does not change.

import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { InfraError, UsageError } from '../host/errors.ts';
import { findRun } from '../results/find-run.ts';
import { readEvents } from '../results/events-file.ts';
import type { CellResult, PlannedCell, RunEvent, RunEventBody, Settling } from '../results/events.ts';
import { RunRecorder, type RunRecord } from '../results/run-record.ts';
import { findScenarios } from '../scenario/load.ts';
import { planCells, type CellPlan } from '../scenario/plan.ts';
import { environmentFacts } from './environment-facts.ts';
import { keepFirstTry } from './settle/first-try.ts';
import type { RunPlan } from './run-plan.ts';

/** A run that goes on. */
export interface ResumedRun {
  /** Absolute. */
  folder: string;
  /** How its cells were settled so far. */
  settling: Settling | undefined;
  /** What is left of its plan. */
  plan: RunPlan;
  /** @throws InfraError for a kernel that is another one than before */
  check: (event: RunEventBody) => void;
}

/** What of the environment may differ between the parts of a run: it changes no verdict. */
const mayDiffer = ['host', 'node', 'checkout'];

/**
 * Reads what is left of a run. With `evenIfDone` nothing may be left: such a run only lacks its end.
 * @throws UsageError when there is nothing left; when hazmat, QEMU, the guest's programs or a scenario are not what they
 * were; when the run cannot be read.
 */
export async function readResumable(
  word: string,
  resultsRoot: string,
  { evenIfDone = false } = {},
): Promise<ResumedRun> {
  const folder = findRun(word, resultsRoot);
  const file = path.join(folder, 'events.jsonl');
  if (!existsSync(file)) throw new UsageError(`${folder} has no events.jsonl: the run cannot be resumed`);
  const events = readEvents(file);
  const start = events.find((event) => event.type === 'run-started');
  const record = recordOf(events);
  if (start === undefined) {
    throw new UsageError(`the run in ${folder} was killed before it began: there is nothing to resume`, {
      hint: 'Run it again.',
    });
  }
  if (start.variants === undefined || record === undefined) {
    throw new UsageError(`the run in ${folder} does not say how its kernels are booted: it cannot be resumed`, {
      hint: 'An older hazmat made it. Run it again.',
    });
  }
  const open = openCells(record);
  if (open.length === 0 && !evenIfDone)
    throw new UsageError(`nothing is left to do: all cells of ${record.name} have a verdict`);
  refuseOtherEnvironment(record, await environmentFacts(start.variants));
  return {
    folder,
    settling: start.settling,
    plan: { variants: start.variants, cells: replanned(open), dropped: [] },
    check: sameKernels(record),
  };
}

/** The cells without a verdict, and those that an infrastructure error ended at their first try. */
export function openCells({ cells, unfinished }: Pick<RunRecord, 'cells' | 'unfinished'>): PlannedCell[] {
  return [...unfinished, ...cells.filter(isOpen)];
}

function isOpen({ verdict, firstTry }: CellResult): boolean {
  return verdict === 'error' && firstTry === undefined;
}

/** Removes what a try that was cut off left in the folders of open cells; the files of a first try are kept. */
export function clearOpenCells(runFolder: string, record: RunRecord | undefined): void {
  for (const { folder } of record?.cells.filter(isOpen) ?? []) keepFirstTry(path.join(runFolder, folder));
  for (const { folder } of record?.unfinished ?? []) {
    const place = path.join(runFolder, folder);
    if (!existsSync(place)) continue;
    for (const entry of readdirSync(place, { withFileTypes: true })) {
      if (entry.isFile()) rmSync(path.join(place, entry.name));
    }
  }
}

/** The first thing that is another one in two environments and can change a verdict; undefined when there is none. */
export function otherEnvironmentKey(a: Record<string, string>, b: Record<string, string>): string | undefined {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.find((key) => !mayDiffer.includes(key) && a[key] !== b[key]);
}

/** @throws UsageError naming the first thing that is another one */
export function refuseOtherEnvironment(
  { name, environment }: Pick<RunRecord, 'name' | 'environment'>,
  now: Record<string, string>,
): void {
  const other = otherEnvironmentKey(environment, now);
  if (other === undefined) return;
  throw new UsageError(
    `${name} was begun with ${other} ${environment[other] ?? '(none)'}; this is ${now[other] ?? '(none)'}`,
    {
      hint: 'What is settled would not be comparable with the rest. Run it again; --reuse takes over what is unchanged.',
    },
  );
}

/** Cells of a plan that was written down, with their scenarios. @throws UsageError for a scenario that does something else than then */
export function replanned(open: readonly PlannedCell[]): CellPlan[] {
  const names = [...new Set(open.map(({ scenario }) => scenario))];
  const scenarios = new Map(names.flatMap((name) => findScenarios([name])).map((one) => [one.name, one]));
  return open.map((cell) => {
    const of = scenarios.get(cell.scenario);
    const [now] = of === undefined ? [] : planCells([of], [cell.kernel], 1);
    if (of === undefined || now?.content !== cell.content) {
      throw new UsageError(`the scenario ${cell.scenario} is not what it was when the run began`, {
        hint: 'Run it again; --reuse takes over what is unchanged.',
      });
    }
    const { id, scenario, title, kernel, repeat, repeats, folder, reproduce, options, content, expectedMs } = cell;
    return {
      ...{ id, scenario, title, kernel, repeat, repeats, folder, reproduce, of },
      ...(options === undefined ? {} : { options }),
      ...(content === undefined ? {} : { content }),
      ...(expectedMs === undefined ? {} : { expectedMs }),
    };
  });
}

/** A newer package may have come for a line meanwhile, or a tree may have been edited. */
function sameKernels(record: RunRecord): (event: RunEventBody) => void {
  const before = new Map(record.kernelFacts.map((facts) => [facts.kernel, facts]));
  return (event) => {
    if (event.type !== 'kernel-ready') return;
    const was = before.get(event.kernel);
    if (was === undefined || was.id === event.id) return;
    throw new InfraError(`${event.kernel} was ${was.origin} when the run began; now it is ${event.origin}`, {
      hint: 'Run it again; --reuse takes over what is unchanged.',
    });
  };
}

function recordOf(events: readonly RunEvent[]): RunRecord | undefined {
  const recorder = new RunRecorder();
  for (const event of events) recorder.add(event);
  return recorder.record();
}
