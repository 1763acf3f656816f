// SPDX-License-Identifier: GPL-2.0-only
// What a comparison holds, as schemas: `hazmat compare --json` prints this, and the types are inferred from it.

import * as z from 'zod';
import { deviationSchema, knownSchema, stepOutcomeSchema, verdictSchema } from '../results/schemas.ts';

/** Raised when a comparison as JSON changes its meaning. */
export const comparisonVersion = 2;

/**
 * regressed: passed on base, deviates unexpectedly on tested. changed: deviates on both, but differently. flaky: repetitions of one side
 * disagree. fixed: deviated on base, passes on tested. known: a deviation that base does not show, and a known issue covers it.
 * not comparable: one side has no verdict about the kernel (skip, error, unbuilt, not run, not planned).
 */
export const changes = ['regressed', 'changed', 'flaky', 'fixed', 'known', 'unchanged', 'not comparable'] as const;

export const changeSchema = z.enum(changes);

export const sideFactsSchema = z.object({
  run: z.string(),
  folder: z.string(),
  /** The command that made the run. */
  command: z.string(),
  started: z.string(),
  /** As asked for, its short name, and what it was found to be. */
  kernel: z.string(),
  label: z.string(),
  version: z.string(),
  release: z.string().exactOptional(),
  origin: z.string().exactOptional(),
  /** Subjects of the patches on its source, in order. */
  patches: z.array(z.string()).exactOptional(),
  environment: z.record(z.string(), z.string()),
  /** Further options of its command line about the kernel: `--config kasan`. */
  options: z.array(z.string()).exactOptional(),
});

/** What one side showed in one scenario, over its repetitions. */
const shownSchema = z.object({
  /** How many cells had which verdict, in order of appearance; `known` is how many of them were expected deviations. */
  verdicts: z.array(z.object({ verdict: verdictSchema, count: z.number(), known: z.number() })),
  /** One sentence, of the most typical cell. */
  why: z.string(),
  /** Path of that cell's folder, with the run's. */
  folder: z.string(),
  reproduce: z.string(),
});

const seenDeviationSchema = deviationSchema.extend({
  key: z.string(),
  /** In how many of how many compared repetitions. */
  cells: z.number(),
  of: z.number(),
  /** A known issue covers it. */
  known: z.boolean(),
});

const seenStepSchema = z.object({ outcome: stepOutcomeSchema, seen: z.string() });

const stepDifferenceSchema = z.object({
  step: z.string(),
  label: z.string(),
  /** Index from 0; undefined where that side has no such step. */
  baseIndex: z.number().exactOptional(),
  testedIndex: z.number().exactOptional(),
  /** What each side saw; undefined where the step was not reached or is not there. */
  base: seenStepSchema.exactOptional(),
  tested: seenStepSchema.exactOptional(),
});

const latencyChangeSchema = z.object({
  change: z.enum(['slower', 'faster']),
  /** Medians in milliseconds. */
  baseMs: z.number(),
  testedMs: z.number(),
  baseTimes: z.number(),
  testedTimes: z.number(),
  /** Of the two-sided Mann-Whitney test. */
  p: z.number(),
});

const stepLatencySchema = latencyChangeSchema.extend({ step: z.string(), label: z.string() });

const logChangeSchema = z.object({
  /** Normalized. */
  line: z.string(),
  /** In how many repetitions of that side. */
  cells: z.number(),
  of: z.number(),
  alarming: z.boolean(),
});

export const scenarioChangeSchema = z.object({
  scenario: z.string(),
  title: z.string(),
  change: changeSchema,
  /** The tested kernel shows an unexpected deviation that base does not show. */
  regressed: z.boolean(),
  base: shownSchema.exactOptional(),
  tested: shownSchema.exactOptional(),
  /** Why it is not comparable, which repetitions were left out, what else must be known to judge it. */
  notes: z.array(z.string()),
  /** By fingerprint: only on tested, only on base, on both. */
  appeared: z.array(seenDeviationSchema),
  gone: z.array(seenDeviationSchema),
  stayed: z.array(seenDeviationSchema),
  /** The known issue that covers the tested side's deviation. */
  known: knownSchema.exactOptional(),
  firstDifference: stepDifferenceSchema.exactOptional(),
  latencies: z.array(stepLatencySchema),
  /** Lines of the kernel log that only one side has. */
  log: z.object({ appeared: z.array(logChangeSchema), gone: z.array(logChangeSchema) }),
});

/** With a series: the lines that it adds, and which of them the tested side executed, stack and boot included. */
export const coverageSchema = z.object({
  lines: z.array(
    z.object({
      file: z.string(),
      line: z.number(),
      text: z.string(),
      /** perhaps: only code that the compiler merged with that of other lines was executed. no code: it is not known. */
      state: z.enum(['executed', 'perhaps', 'never', 'no code']),
      scenarios: z.array(z.string()),
    }),
  ),
  /** What could not be found out, each a sentence. */
  notes: z.array(z.string()),
});

const comparisonSchema = z.object({
  base: sideFactsSchema,
  tested: sideFactsSchema,
  /** What makes the two sides less comparable: another environment, another content of a scenario. */
  notes: z.array(z.string()),
  scenarios: z.array(scenarioChangeSchema),
  counts: z.record(changeSchema, z.number()),
  /** Scenarios in which the tested kernel regressed. */
  regressed: z.array(z.string()),
  /** Scenarios in which an infrastructure error or the end of the run left a cell without a verdict, on either side. */
  lost: z.array(z.string()),
  /** No kernel could be built from what was given. */
  unbuilt: z.boolean(),
  /** Steps with enough repetitions for their times to be compared. */
  timedSteps: z.number(),
  coverage: coverageSchema.exactOptional(),
});

export const patchStorySchema = z.object({
  /** From 1. */
  number: z.number(),
  /** File name and subject. */
  name: z.string(),
  kernel: z.string(),
  /** Why there is no verdict at all: it does not compile, it does not boot. */
  why: z.string().exactOptional(),
  /** There is no kernel after it: it does not apply or compile. */
  unbuilt: z.literal(true).exactOptional(),
  /** Compiler warnings that this patch added. */
  warnings: z.array(z.string()),
  /** Scenarios in which something changed, with the verdicts before and after in words: `hang (known)`. */
  changes: z.array(
    scenarioChangeSchema
      .pick({ scenario: true, change: true, regressed: true })
      .extend({ was: z.string(), is: z.string() }),
  ),
  /** Of the lines that it adds to those of the patches before it: how many have code and were executed, and which never were. */
  coverage: z
    .object({
      executed: z.number(),
      perhaps: z.number(),
      never: z.array(z.object({ file: z.string(), line: z.int(), text: z.string() })),
    })
    .exactOptional(),
});

/** The whole text that `--json` prints. */
export const comparisonFileSchema = z.object({
  version: z.literal(comparisonVersion),
  exitCode: z.number(),
  /** One for each pair of kernels. */
  comparisons: z.array(comparisonSchema),
  /** With --each: the series patch by patch. */
  patches: z.array(patchStorySchema).exactOptional(),
});

export type Change = z.infer<typeof changeSchema>;
export type SideFacts = z.infer<typeof sideFactsSchema>;
export type Shown = z.infer<typeof shownSchema>;
export type SeenDeviation = z.infer<typeof seenDeviationSchema>;
export type SeenStep = z.infer<typeof seenStepSchema>;
export type StepDifference = z.infer<typeof stepDifferenceSchema>;
export type LatencyChange = z.infer<typeof latencyChangeSchema>;
export type StepLatency = z.infer<typeof stepLatencySchema>;
export type LogChange = z.infer<typeof logChangeSchema>;
export type ScenarioChange = z.infer<typeof scenarioChangeSchema>;
export type Coverage = z.infer<typeof coverageSchema>;
export type Comparison = z.infer<typeof comparisonSchema>;
export type PatchStory = z.infer<typeof patchStorySchema>;
export type ComparisonFile = z.infer<typeof comparisonFileSchema>;
