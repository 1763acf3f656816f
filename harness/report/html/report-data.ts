// SPDX-License-Identifier: GPL-2.0-only
// What an HTML report holds, as schemas: the program writes it, the page reads it back and parses it by these. The overview is read
// when the page opens; the details of cells are in chunks of their own, each read when one of its cells is shown.

// As a namespace, here and where the schemas below are from: the bundle of the page then has of zod only what is used.
import * as z from 'zod';
import {
  patchStorySchema,
  scenarioChangeSchema,
  sideFactsSchema,
  changeSchema,
  coverageSchema,
} from '../../compare/comparison.ts';
import { deviationSchema, knownSchema, stepOutcomeSchema, verdictSchema } from '../../results/schemas.ts';

/** Raised when a field changes its meaning. */
export const reportVersion = 1;

const text = z.string().exactOptional();
const number = z.number().exactOptional();

/** A verdict, or that a planned cell has none. */
const shownVerdictSchema = z.enum([...verdictSchema.options, 'not run']);

/** A column of the overview: one kernel of one run. */
const columnSchema = z.object({
  run: z.number(),
  kernel: z.string(),
  label: z.string(),
  version: z.string(),
  release: text,
  origin: text,
});

const runSchema = z.object({
  name: z.string(),
  command: z.string(),
  started: z.string(),
  durationMs: z.number(),
  interrupted: z.boolean(),
  environment: z.record(z.string(), z.string()),
  messages: z.array(z.object({ level: z.enum(['warning', 'error']), text: z.string() })),
});

const scenarioSchema = z.object({ name: z.string(), title: z.string(), tags: z.array(z.string()) });

const cellSchema = z.object({
  /** Indexes of the scenario and the column. */
  scenario: z.number(),
  column: z.number(),
  /** Which repetition, from 1; undefined when there is one only. */
  repeat: number,
  verdict: shownVerdictSchema,
  expected: z.boolean(),
  why: z.string(),
  known: knownSchema.exactOptional(),
  knownButPassed: knownSchema.exactOptional(),
  durationMs: z.number(),
  /** The earlier run that the cell was taken over from. */
  reused: text,
  /** The cell was run twice: why the infrastructure failed at the first try, and where its files are. */
  firstTry: z.object({ why: z.string(), durationMs: z.number(), folder: z.string() }).exactOptional(),
  /** The cell's folder in its run, and the command that runs it again. */
  folder: z.string(),
  reproduce: z.string(),
});

/** Cells that need to be looked at for one cause. */
const attentionSchema = z.object({
  kind: z.enum(['unexpected', 'flaky', 'unbuilt', 'error', 'not run', 'known, but passed']),
  title: z.string(),
  /** Indexes of cells; never empty. */
  cells: z.array(z.number()),
});

/** The two cells of a scenario that are shown side by side; steps as pairs of indexes into their steps. */
const sidesSchema = z.object({
  base: number,
  tested: number,
  pairs: z.array(z.tuple([z.number().nullable(), z.number().nullable()])),
  /** Index of the first pair that differs. */
  first: number,
});

const comparisonSchema = z.object({
  base: sideFactsSchema,
  tested: sideFactsSchema,
  baseColumn: z.number(),
  testedColumn: z.number(),
  notes: z.array(z.string()),
  counts: z.record(changeSchema, z.number()),
  scenarios: z.array(scenarioChangeSchema.extend({ sides: sidesSchema })),
  coverage: coverageSchema.exactOptional(),
});

/** A night of the history, the oldest first. */
const nightSchema = z.object({
  run: z.string(),
  started: z.string(),
  interrupted: z.boolean(),
  /** Versions of hazmat and QEMU. */
  tools: z.string(),
});

/** One scenario on one kernel, night by night; null where it has no cell. */
const historyRowSchema = z.object({
  scenario: z.number(),
  kernel: z.string(),
  nights: z.array(z.object({ verdict: shownVerdictSchema, expected: z.boolean(), ms: z.number() }).nullable()),
});

const historySchema = z.object({ nights: z.array(nightSchema), rows: z.array(historyRowSchema) });

export const reportDataSchema = z.object({
  version: z.literal(reportVersion),
  title: z.string(),
  /** When the report was made, ISO 8601, and by which hazmat. */
  made: z.string(),
  hazmat: z.string(),
  runs: z.array(runSchema),
  columns: z.array(columnSchema),
  scenarios: z.array(scenarioSchema),
  cells: z.array(cellSchema),
  attention: z.array(attentionSchema),
  comparisons: z.array(comparisonSchema),
  patches: z.array(patchStorySchema).exactOptional(),
  history: historySchema.exactOptional(),
  /** Of each cell, the index of the chunk with its details; -1 when it has none. */
  chunkOf: z.array(z.number()),
});

const stepSchema = z.object({
  /** From 0, as in verdict.json. */
  index: z.number(),
  step: z.string(),
  label: z.string(),
  /** Undefined: it began, and the run ended. */
  outcome: stepOutcomeSchema.exactOptional(),
  wanted: text,
  seen: z.string(),
  notes: z.array(z.string()).exactOptional(),
  /** When it began, milliseconds since the first step did. */
  atMs: z.number(),
  durationMs: z.number(),
});

/** Signals of one kind to one process, which came one after the other in one step. */
const signalsSchema = z.object({
  atMs: z.number(),
  endMs: z.number(),
  process: z.string(),
  signal: z.string(),
  code: z.string(),
  lsb: z.number(),
  count: z.number(),
  address: z.string(),
  /** Page numbers as runs: `0-15, 20`. */
  pages: z.string(),
});

/** An event of QEMU's monitor. */
const qemuEventSchema = z.object({ atMs: z.number(), event: z.string(), about: z.string() });

/**
 * Why a line of the kernel log is marked. decides: it decided the verdict. report: it belongs to a report of a crash or a hang. alarm: the
 * kernel reports a fault of its own.
 */
const lineMarkSchema = z.enum(['decides', 'report', 'alarm']);

const logLineSchema = z.object({
  /** As in dmesg.txt. */
  text: z.string(),
  /** On the clock of the steps; undefined where the two clocks cannot be compared. */
  atMs: number,
  mark: lineMarkSchema.exactOptional(),
  /** So many lines are left out before this one. */
  leftOut: number,
});

/** A report of a crash or a hang. */
const evidenceSchema = z.object({
  file: z.string(),
  title: z.string(),
  function: text,
  /** In order. The first open part has what to look at first; the line of the function is at `guilty` of its part. */
  parts: z.array(z.object({ folded: z.boolean(), lines: z.array(z.string()), guilty: number })),
});

const sourceSchema = z.object({
  file: z.string(),
  text: z.string(),
  /** First and last line of each step, from 0, by the step's index in the cell. */
  steps: z.array(z.tuple([z.number(), z.number()])),
  /** The file was changed since the run. */
  changed: z.boolean(),
});

export const cellDetailSchema = z.object({
  deviations: z.array(deviationSchema),
  steps: z.array(stepSchema),
  signals: z.array(signalsSchema),
  /** How many signals came in all. */
  signalCount: z.number(),
  qemuEvents: z.array(qemuEventSchema),
  /** The kernel log; undefined where it is left out, as for cells that pass. */
  log: z.array(logLineSchema).exactOptional(),
  /** How the times of the log were put on the clock of the steps. */
  clock: z.enum(['recorded', 'by signals', 'unknown']),
  evidence: z.array(evidenceSchema),
  source: sourceSchema.exactOptional(),
  /** The command line of QEMU. */
  qemu: text,
});

/** Details by the index of the cell. */
export const chunkSchema = z.record(z.string(), cellDetailSchema);

export type ReportData = z.infer<typeof reportDataSchema>;
export type ReportCell = ReportData['cells'][number];
export type ReportComparison = ReportData['comparisons'][number];
export type ReportHistory = z.infer<typeof historySchema>;
export type ShownVerdict = z.infer<typeof shownVerdictSchema>;
export type CellDetail = z.infer<typeof cellDetailSchema>;
export type DetailStep = CellDetail['steps'][number];
export type DetailSignals = CellDetail['signals'][number];
export type DetailQemuEvent = CellDetail['qemuEvents'][number];
export type LogLine = z.infer<typeof logLineSchema>;
export type CellEvidence = z.infer<typeof evidenceSchema>;
export type CellSource = z.infer<typeof sourceSchema>;
