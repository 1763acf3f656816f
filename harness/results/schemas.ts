// SPDX-License-Identifier: GPL-2.0-only
// Everything that a run leaves on disk, as schemas: events.jsonl, run.json and verdict.json. The types in events.ts, run-record.ts and
// cell-story.ts are inferred from these, and whatever is read back is parsed by them.

import * as z from 'zod';

/** Raised when run.json changes its meaning. results/README.md says what changed. */
export const runRecordVersion = 2;

/** Raised when verdict.json changes its meaning. */
export const cellStoryVersion = 2;

const text = z.string().exactOptional();
const count = z.number().exactOptional();
/** A path below the run's folder: what reads it must not be led elsewhere. */
const below = z
  .string()
  .refine((place) => !place.startsWith('/') && !place.split('/').includes('..'), 'it leads out of the run');

export const verdictSchema = z.enum(['pass', 'fail', 'crash', 'hang', 'skip', 'error', 'unbuilt']);

export const deviationSchema = z.object({
  /** fail: an expectation was not met. */
  kind: z.enum(['fail', 'crash', 'hang']),
  /** The step's key as in YAML (`signals`, `unmount`), or undefined when it belongs to no step. */
  step: text,
  /** Index of the step in the scenario, from 0. */
  stepIndex: count,
  /** Headline: a crash's title (`BUG: unable to handle page fault in dax_disassociate_entry`), else one sentence. */
  title: z.string(),
  /** What the step expects. */
  wanted: text,
  seen: text,
  /** Crashes and hangs: the innermost function that matters, and a fingerprint that survives rebuilds. */
  function: text,
  fingerprint: text,
  /** Unexpected here, and a known issue of another scenario: `same as KB4, known in remove/shared-mappers`. */
  elsewhere: text,
  /** The bug of that known issue, as in kernels/bugs.yaml. */
  bug: text,
  /** File in the cell's folder that holds the evidence, relative to it. */
  evidence: below.exactOptional(),
});

/** Why a deviation is expected: the reason and the bug of a known issue. */
export const knownSchema = z.object({ because: z.string(), bug: text });

export const plannedCellSchema = z.object({
  id: z.string(),
  /** Scenario name: its path below scenarios/ without .yaml, such as `remove/shared-mappers`. */
  scenario: z.string(),
  title: z.string(),
  /** The kernel as asked for: `debian:6.12`. */
  kernel: z.string(),
  /** Which repetition, from 1, of how many. */
  repeat: z.number(),
  repeats: z.number(),
  /** Folder of the cell, relative to the run's; cellFolderName() makes it. */
  folder: below,
  /** The command that runs just this cell again, quoted for a POSIX shell. */
  reproduce: z.string(),
  /** Words of that command that change which kernel it is or how it boots: `--config kasan`. */
  options: z.array(z.string()).exactOptional(),
  /** Key of what the scenario does and expects, known issues apart: the same for the same content. */
  content: text,
  /** What earlier runs took for it: milliseconds. */
  expectedMs: count,
});

/** The first try of a cell that was run twice, because the infrastructure failed. */
const firstTrySchema = z.object({
  why: z.string(),
  durationMs: z.number(),
  /** Where its files are, relative to the cell's folder. */
  folder: z.string(),
});

export const cellResultSchema = plannedCellSchema.extend({
  /** The kernel as found: `6.12.107`. */
  kernelVersion: z.string(),
  verdict: verdictSchema,
  /** True for pass and skip, and for a deviation that a known issue covers. */
  expected: z.boolean(),
  /** One sentence: why this verdict. */
  why: z.string(),
  deviations: z.array(deviationSchema),
  /** The known issue that covers the deviations. */
  known: knownSchema.exactOptional(),
  /** Set when a known issue is recorded for this kernel but the cell passed. */
  knownButPassed: knownSchema.exactOptional(),
  /** Milliseconds, from the fork to the verdict. */
  durationMs: z.number(),
  /** Milliseconds from the start of the fork to the first step's start. */
  forkMs: count,
  /** Milliseconds without what all cells of the kernel wait for: that it is fetched, built and booted. */
  ownMs: count,
  /** Key of all that the verdict depends on: kernel, guest image, machine, scenario, QEMU, hazmat. */
  inputs: text,
  /** The cell was not run but taken over from this earlier run, whose inputs were the same. */
  reused: z.object({ run: z.string() }).exactOptional(),
  /** With a series: indexes in the kernel's `changed` of the lines that were executed, and of those that perhaps were. */
  coverage: z
    .object({
      executed: z.array(z.int()),
      perhaps: z.array(z.int()),
      /** Recorded by breakpoints: what only its boot has executed is not known. */
      withoutBoot: z.literal(true).exactOptional(),
    })
    .exactOptional(),
  /** The infrastructure failed at the first try, so there was a second one. */
  firstTry: firstTrySchema.exactOptional(),
});

/** The lines that a series adds to a kernel. */
const changedSchema = z.object({
  lines: z.array(
    z.object({
      file: z.string(),
      /** From 1, with the whole series applied. */
      line: z.int(),
      text: z.string(),
      /** It has code of its own: not so a comment, a declaration, code that was optimized away. */
      code: z.boolean(),
    }),
  ),
  /** What could not be found out, each a sentence. */
  notes: z.array(z.string()),
});

export const kernelFactsSchema = z.object({
  /** As asked for: `debian:6.12`. */
  kernel: z.string(),
  /** Short name for tables: `6.12`. */
  label: z.string(),
  version: z.string(),
  release: z.string(),
  id: z.string(),
  /** Where it comes from, for a person: package name and version, or path. */
  origin: z.string(),
  /** The lines of its series; their execution is in the cells' `coverage`. */
  changed: changedSchema.exactOptional(),
  /** Subjects of the patches that were put on its source, in order. */
  patches: z.array(z.string()).exactOptional(),
});

/** A task of the run, not of a cell: fetching, unpacking, building, booting, setting up a stack. */
export const taskFactsSchema = z.object({
  task: z.string(),
  /** Which kernel it is for, as asked for. */
  kernel: text,
  title: z.string(),
});

/** ok: seen what is expected, or the act was done. deviates: seen something else. ended: the cell ended during the step. */
export const stepOutcomeSchema = z.enum(['ok', 'deviates', 'ended']);

const stepSchema = z.object({
  index: z.number(),
  step: z.string(),
  label: z.string(),
  outcome: stepOutcomeSchema,
  wanted: text,
  seen: z.string(),
  durationMs: z.number(),
  notes: z.array(z.string()).exactOptional(),
});

const signalSchema = z.object({
  process: z.string(),
  pid: z.number(),
  tid: z.number(),
  signo: z.number(),
  signal: z.string(),
  code: z.string(),
  address: z.string(),
  lsb: z.number(),
  page: count,
});

const environmentSchema = z.record(z.string(), z.string());

/** A kernel of a run with how it is configured and booted. */
export const variantSchema = z.object({
  /** The `kernel` of its cells. */
  name: z.string(),
  /** As hazmat run --kernel takes it. */
  spec: z.string(),
  config: z.array(z.string()),
  configFromTree: z.boolean(),
  /** Words added to the kernel's command line. */
  append: z.string(),
  /** The QEMU that runs it, as --qemu takes it; without it this machine's. */
  qemu: z.string().exactOptional(),
  /** What the last patch of its series is called, in a run with a kernel for each patch. */
  patch: text,
  /** Features that it is taken to have, whatever its version is. */
  assume: z.array(z.string()).exactOptional(),
});

/** How the cells of a run are settled, for the rest of a run that is resumed. */
export const settlingSchema = z.object({
  fresh: z.boolean(),
  imported: z.boolean(),
  reuse: z.boolean(),
  coverage: z.boolean().exactOptional(),
  changedSince: text,
  untilConfidence: count,
});

/** Which part of a plan a run is. */
export const shardSchema = z.object({
  /** From 1. */
  index: z.number(),
  count: z.number(),
  /** Key of the whole plan: cells, their content, their kernels. */
  plan: z.string(),
  /** Key of how the plan was split. */
  split: z.string(),
  /** The place of each cell of this part in the whole plan, from 0. */
  places: z.array(z.number()),
});

/** A cell that is left out of a run, and why. */
export const droppedCellSchema = z.object({
  id: z.string(),
  scenario: z.string(),
  kernel: z.string(),
  why: z.string(),
});

const id = z.string();

export const runEventBodySchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run-started'),
    name: z.string(),
    folder: z.string(),
    command: z.string(),
    cells: z.array(plannedCellSchema),
    kernels: z.array(z.string()),
    environment: environmentSchema,
    /** Guests that run at the same time. */
    jobs: count,
    /** How the kernels are configured and booted, for the rest of a run that is resumed. */
    variants: z.array(variantSchema).exactOptional(),
    settling: settlingSchema.exactOptional(),
    shard: shardSchema.exactOptional(),
    /** Names of the runs that it was merged from. */
    parts: z.array(z.string()).exactOptional(),
    /** Cells that are left out on purpose. */
    dropped: z.array(droppedCellSchema).exactOptional(),
  }),
  taskFactsSchema.extend({ type: z.literal('task-started') }),
  taskFactsSchema.extend({ type: z.literal('task-progress'), note: z.string() }),
  taskFactsSchema.extend({ type: z.literal('task-ended'), ok: z.boolean(), durationMs: z.number(), note: text }),
  kernelFactsSchema.extend({ type: z.literal('kernel-ready') }),
  /** The run goes on after it was interrupted. Cells that had started and not ended start again. */
  z.object({ type: z.literal('run-resumed'), command: z.string() }),
  z.object({ type: z.literal('cell-started'), id }),
  stepSchema.pick({ index: true, step: true, label: true }).extend({ type: z.literal('step-started'), id }),
  stepSchema.extend({ type: z.literal('step-ended'), id }),
  signalSchema.extend({ type: z.literal('signal'), id }),
  // What the clock of the cell's guest shows, milliseconds since its boot: when the steps begin, and after each reboot.
  z.object({ type: z.literal('guest-clock'), id, uptimeMs: z.number() }),
  // An event of QEMU's monitor (qapi/run-state.json and others): RESET, SHUTDOWN, MEMORY_FAILURE, ...
  z.object({
    type: z.literal('qemu-event'),
    id,
    event: z.string(),
    data: z.record(z.string(), z.unknown()).exactOptional(),
  }),
  z.object({ type: z.literal('deviation'), id, deviation: deviationSchema }),
  /** The infrastructure failed; the cell starts again. */
  z.object({ type: z.literal('cell-retried'), id, firstTry: firstTrySchema }),
  z.object({ type: z.literal('cell-ended'), result: cellResultSchema }),
  /** A planned cell is left out after all. */
  z.object({ type: z.literal('cell-dropped'), id, why: z.string() }),
  z.object({ type: z.literal('message'), level: z.enum(['info', 'warning', 'error']), text: z.string() }),
  z.object({
    type: z.literal('run-ended'),
    exitCode: z.number(),
    interrupted: z.boolean(),
    durationMs: z.number(),
  }),
]);

const stampsSchema = z.object({
  /** Counts up by one from 1. */
  seq: z.number(),
  /** Milliseconds since the run started, from a monotonic clock. */
  ms: z.number(),
  /** Wall-clock time, ISO 8601. */
  time: z.string(),
});

/** A line of events.jsonl. */
export const runEventSchema = z.intersection(runEventBodySchema, stampsSchema);

/** run.json. */
export const runRecordSchema = z.object({
  version: z.literal(runRecordVersion),
  name: z.string(),
  /** The run's folder when it ran; it may have been moved since. */
  folder: z.string(),
  command: z.string(),
  /** ISO 8601. */
  started: z.string(),
  ended: z.string(),
  durationMs: z.number(),
  /** True when the run did not come to its own end: Ctrl-C, kill -9, an infrastructure error. */
  interrupted: z.boolean(),
  exitCode: z.number(),
  /** Versions of hazmat, QEMU and the guest's programs, the accelerator, the host. */
  environment: environmentSchema,
  /** The kernels as asked for, in the order asked. */
  kernels: z.array(z.string()),
  /** What they were found to be; a kernel that could not be obtained is missing here. */
  kernelFacts: z.array(kernelFactsSchema),
  cells: z.array(cellResultSchema),
  /** Cells that were planned and have no verdict. */
  unfinished: z.array(plannedCellSchema),
  /** Cells that are left out on purpose, and why. */
  dropped: z.array(droppedCellSchema).exactOptional(),
  shard: shardSchema.exactOptional(),
  parts: z.array(z.string()).exactOptional(),
  variants: z.array(variantSchema).exactOptional(),
  /** How often it was resumed. */
  resumed: count,
  /** Warnings and errors of the run as a whole. */
  messages: z.array(z.object({ level: z.enum(['warning', 'error']), text: z.string() })),
});

const sinceStart = stampsSchema.pick({ ms: true });

/** verdict.json: the result, and every step and signal that led to it. `ms` is the time since the run started. */
export const cellStorySchema = cellResultSchema.extend({
  version: z.literal(cellStoryVersion),
  steps: z.array(stepSchema.extend(sinceStart.shape)),
  signals: z.array(signalSchema.extend(sinceStart.shape)),
});
