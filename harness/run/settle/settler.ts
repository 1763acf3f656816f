// SPDX-License-Identifier: GPL-2.0-only
// How each cell of a run gets its verdict: taken over, left out, run, or, after an infrastructure error, run once more.

import { rateWords } from '../../report/rate-words.ts';
import type { CellResult, RunEvent, RunEventBody } from '../../results/events.ts';
import type { CellPlan } from '../../scenario/plan.ts';
import { KnownRates } from './confidence.ts';
import { firstTryFolder, keepFirstTry } from './first-try.ts';
import { OwnTime } from './own-time.ts';
import { takeOver, type Reusable } from './reuse.ts';

export interface SettleOptions {
  emit: (event: RunEventBody) => void;
  /** Absolute folder of a cell. */
  cellFolder: (id: string) => string;
  /** Earlier cells that may be taken over. */
  reusable?: Reusable | undefined;
  /** Cells whose inputs are those of a cell of this run are left out. */
  unchangedSince?: { run: string; verdicts: ReadonlyMap<string, string> } | undefined;
  /** Repeat only until the failure rate is known with this confidence. */
  untilConfidence?: number | undefined;
}

/** How a cell is run: by the environment of the run, or by another one that remembers none of its failures. */
export interface Runs {
  /** The key of what its verdict depends on (inputs.ts). */
  inputs: () => Promise<string | undefined>;
  run: () => Promise<CellResult>;
  again: () => Promise<CellResult>;
}

type FirstTry = NonNullable<CellResult['firstTry']>;

export class Settler {
  readonly #options: SettleOptions;
  readonly #rates: KnownRates | undefined;
  readonly #inputs = new Map<string, string>();
  readonly #time = new OwnTime();
  /** Cells whose first try failed. */
  readonly #firstTries = new Map<string, FirstTry>();

  constructor(options: SettleOptions) {
    this.#options = options;
    const { untilConfidence } = options;
    this.#rates = untilConfidence === undefined ? undefined : new KnownRates(untilConfidence);
  }

  /** What was before the run was interrupted. */
  recall(event: RunEvent): void {
    if (event.type === 'cell-retried') this.#firstTries.set(event.id, event.firstTry);
    if (event.type === 'cell-ended') {
      this.#rates?.add(event.result);
      // A hazmat that did not try twice left it so.
      const { id, verdict, firstTry, why, durationMs } = event.result;
      if (verdict === 'error' && firstTry === undefined) {
        this.#firstTries.set(id, { why, durationMs, folder: firstTryFolder });
      }
    }
  }

  /** What the cells of the run report goes through here: the end of a try that the infrastructure spoiled is not the cell's. */
  emit(event: RunEventBody): void {
    this.#time.add(event, performance.now());
    if (event.type !== 'cell-ended') {
      this.#options.emit(event);
      return;
    }
    const { id, verdict, why, durationMs } = event.result;
    const firstTry = this.#firstTries.get(id);
    if (verdict === 'error' && firstTry === undefined) {
      const failed: FirstTry = { why, durationMs, folder: firstTryFolder };
      this.#firstTries.set(id, failed);
      this.#options.emit({ type: 'cell-retried', id, firstTry: failed });
      return;
    }
    const inputs = this.#inputs.get(id);
    const ownMs = this.#time.end(id, performance.now());
    const result: CellResult = {
      ...event.result,
      ...(ownMs === undefined ? {} : { ownMs }),
      ...(inputs === undefined ? {} : { inputs }),
      ...(firstTry === undefined ? {} : { firstTry }),
    };
    this.#rates?.add(result);
    this.#options.emit({ type: 'cell-ended', result });
  }

  /** Settles a cell. Undefined when it was left out. */
  async settle(plan: CellPlan, runs: Runs): Promise<CellResult | undefined> {
    const rate = this.#rates?.known(plan);
    if (rate !== undefined) {
      this.#drop(plan, `the failure rate is known: ${rateWords(rate)}`);
      return undefined;
    }
    const inputs = await runs.inputs();
    if (inputs !== undefined) {
      this.#inputs.set(plan.id, inputs);
      const { reusable, unchangedSince } = this.#options;
      const verdict = unchangedSince?.verdicts.get(inputs);
      if (verdict !== undefined) {
        this.#drop(plan, `unchanged since ${unchangedSince?.run ?? ''}, where it was: ${verdict}`);
        return undefined;
      }
      const found = reusable?.find(plan, inputs);
      if (found !== undefined) {
        const { of, ...cell } = plan;
        return takeOver(cell, found, this.#options.cellFolder(plan.id), this.#options.emit);
      }
    }
    const tried = this.#firstTries.has(plan.id);
    const result = await runs.run();
    if (result.verdict !== 'error' || tried) return result;
    keepFirstTry(this.#options.cellFolder(plan.id));
    return runs.again();
  }

  #drop({ id }: CellPlan, why: string): void {
    this.#options.emit({ type: 'cell-dropped', id, why });
  }
}
