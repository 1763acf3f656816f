// SPDX-License-Identifier: GPL-2.0-only
// Which cell is next: cells wait for their kernel, not for their turn.

import { rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Checkpoints } from '../guest/checkpoints.ts';
import { contentKey } from '../host/key.ts';
import { ownLife } from '../host/life.ts';
import { cacheRoot } from '../host/places.ts';
import type { CellResult } from '../results/events.ts';
import type { CellPlan } from '../scenario/plan.ts';
import { cleanUp } from './clean-up.ts';
import { Environment, type EnvironmentOptions } from './environment.ts';
import { inputsOf } from './settle/inputs.ts';
import type { Runs } from './settle/settler.ts';

export interface RunOptions extends Omit<EnvironmentOptions, 'checkpoints'> {
  /** Guests at a time. */
  jobs: number;
  /** End the run as soon as one of the kernels cannot be obtained: the others alone are not worth testing. */
  needsEveryKernel?: boolean;
  /** Boot and set up every cell from scratch and keep no checkpoint: for measuring what checkpoints save. */
  fresh?: boolean;
  /** How a cell is settled, if not just by running it (settle/settler.ts); undefined: it was left out. */
  settle?: ((plan: CellPlan, runs: Runs) => Promise<CellResult | undefined>) | undefined;
}

/** Guests at a time if nothing is said: one a CPU, since a guest under TCG keeps about one busy. */
export function defaultJobs(): number {
  const gibi = 2 ** 30;
  return Math.max(1, Math.min(os.availableParallelism(), Math.floor(os.freemem() / gibi)));
}

/**
 * Runs the cells.
 * @throws when called off; with `needsEveryKernel`, what is wrong with a kernel. Errors that concern one cell are that
 * cell's verdict.
 */
export async function runCells(asked: RunOptions): Promise<CellResult[]> {
  const without = new AbortController();
  const options = { ...asked, signal: AbortSignal.any([asked.signal, without.signal]) };
  const environment = new Environment(options);
  const runOne =
    options.fresh === true
      ? (plan: CellPlan) => runFresh(plan, options)
      : (plan: CellPlan) => environment.runCell(plan);
  // What failed once is not remembered here: kernels are fetched, guests are set up again.
  let another: Environment | undefined;
  const again = (plan: CellPlan): Promise<CellResult> =>
    options.fresh === true ? runOne(plan) : (another ??= new Environment(options)).runCell(plan);
  const settle = options.settle ?? ((_plan: CellPlan, { run }: Runs) => run());
  const results: CellResult[] = [];
  const queue = [...options.cells];
  const running = new Set<CellPlan>();
  const worker = async (): Promise<void> => {
    for (;;) {
      const cell = await nextCell(queue, running, environment);
      if (cell === undefined) return;
      options.signal.throwIfAborted();
      running.add(cell);
      const result = await settle(cell, {
        inputs: () => inputsOf(cell, environment),
        run: () => runOne(cell),
        again: () => again(cell),
      });
      running.delete(cell);
      if (result !== undefined) results.push(result);
    }
  };
  // Kernels are fetched ahead, while the first cells already run.
  const fetching = environment.kernels.fetchAll(
    options.cells.map(({ kernel }) => kernel),
    (error) => {
      if (options.needsEveryKernel === true) without.abort(error);
    },
  );
  // All of them end before anything is said of the run: what one of them does may not outlive it.
  const ended = await Promise.allSettled([...Array.from({ length: options.jobs }, worker), fetching]);
  without.signal.throwIfAborted();
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results;
}

/** What cells wait for. */
interface Waits<T> {
  /** Whether its kernel is there, or known not to be available. */
  isSettled: (cell: T) => boolean;
  /** Whether its guest is being booted for another cell. */
  isBooting: (cell: T) => boolean;
}

/**
 * The place in the queue of the cell to be run next: the first whose kernel is there, so that a base is tested while its series is
 * still being built; of these, one that need not wait for the boot of another. -1 when no kernel is there.
 */
export function nextIndex<T>(queue: readonly T[], { isSettled, isBooting }: Waits<T>): number {
  const ready = queue.findIndex((cell) => isSettled(cell) && !isBooting(cell));
  return ready === -1 ? queue.findIndex(isSettled) : ready;
}

/** Takes the next cell off the queue; waits for a kernel when none is there. `running`: the cells that run, and may wait for a boot. */
async function nextCell(
  queue: CellPlan[],
  running: ReadonlySet<CellPlan>,
  environment: Environment,
): Promise<CellPlan | undefined> {
  const waits: Waits<CellPlan> = {
    isSettled: ({ kernel }) => environment.kernels.isSettled(kernel),
    isBooting: ({ kernel, of }) =>
      !environment.hasBooted(kernel, of.machine) &&
      [...running].some((other) => other.kernel === kernel && other.of.machine.name === of.machine.name),
  };
  for (;;) {
    const at = nextIndex(queue, waits);
    if (at !== -1) return queue.splice(at, 1)[0];
    if (queue.length === 0) return undefined;
    const kernels = [...new Set(queue.map(({ kernel }) => kernel))];
    await Promise.race(kernels.map((kernel) => environment.kernels.kernel(kernel).catch(() => undefined)));
  }
}

/** Runs a cell with checkpoints that nobody else has or keeps. */
async function runFresh(plan: CellPlan, options: RunOptions): Promise<CellResult> {
  const folder = path.join(cacheRoot(), `fresh-${ownLife(cacheRoot())}`, contentKey(plan.id));
  try {
    return await new Environment({ ...options, checkpoints: new Checkpoints(folder) }).runCell(plan);
  } finally {
    cleanUp(() => rmSync(folder, { recursive: true, force: true }));
  }
}
