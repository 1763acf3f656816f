// SPDX-License-Identifier: GPL-2.0-only
// Everything that happens in a run, as one stream. events.jsonl is this stream; progress, reporters and the run folder
// read it and nothing else. The fields are in schemas.ts.

import type { z } from 'zod';
import type {
  cellResultSchema,
  deviationSchema,
  droppedCellSchema,
  kernelFactsSchema,
  plannedCellSchema,
  runEventBodySchema,
  runEventSchema,
  settlingSchema,
  shardSchema,
  taskFactsSchema,
  verdictSchema,
} from './schemas.ts';

/**
 * What became of a cell. error: the infrastructure failed, and nothing is known about the kernel. unbuilt: no kernel could be built from
 * what was given. docs/verdicts.md explains all.
 */
export type Verdict = z.infer<typeof verdictSchema>;

/** One deviation of the kernel: a step that did not see what it expects, a crash, a hang. */
export type Deviation = z.infer<typeof deviationSchema>;

/** A cell before it is run: one scenario, with its parameters, on one kernel. */
export type PlannedCell = z.infer<typeof plannedCellSchema>;

/** What became of a cell. */
export type CellResult = z.infer<typeof cellResultSchema>;

/** A cell that is left out of a run, and why. */
export type DroppedCell = z.infer<typeof droppedCellSchema>;

/** How the cells of a run are settled. */
export type Settling = z.infer<typeof settlingSchema>;

/** Which part of a plan a run is. */
export type Shard = z.infer<typeof shardSchema>;

export type KernelFacts = z.infer<typeof kernelFactsSchema>;

export type TaskFacts = z.infer<typeof taskFactsSchema>;

export type RunEventBody = z.infer<typeof runEventBodySchema>;

export type RunEvent = z.infer<typeof runEventSchema>;

/** Something that wants to see every event: a reporter, the run folder, the terminal. */
export interface Reporter {
  /** Named in the message when this reporter fails: `terminal`, `run folder`. */
  readonly name: string;
  onEvent(event: RunEvent): void;
  /** An event from before the run was interrupted, when it is resumed: to be known, not to be reported again. */
  recall?(event: RunEvent): void;
  /** Called once, after the last event; files are whole when it resolves. */
  close?(): void | Promise<void>;
}
