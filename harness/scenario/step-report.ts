// SPDX-License-Identifier: GPL-2.0-only
// What a step reports.

/** What a step saw. */
export interface StepReport {
  ok: boolean;
  /** What should have been seen; always given when not ok. */
  wanted?: string;
  seen: string;
  /** Details for the report: the place of a page, how it was poisoned. */
  notes?: string[];
  /** Why the scenario does not apply here after all: the cell is skipped. */
  skip?: string;
  /** An action that failed, such as for its time, but was done: the next step can run. */
  wasDone?: boolean;
  /** Files for the cell's folder, by their names below `suite`. */
  files?: ReadonlyMap<string, string>;
}
