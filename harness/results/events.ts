// SPDX-License-Identifier: GPL-2.0-only
// Everything that happens in a run, as one stream. events.jsonl is this stream; progress, reporters and the run folder
// read it and nothing else.

/**
 * What became of a cell. error: the infrastructure failed, and nothing is known about the kernel. unbuilt: no kernel could be built from
 * what was given. docs/verdicts.md explains all.
 */
export type Verdict = 'pass' | 'fail' | 'crash' | 'hang' | 'skip' | 'error' | 'unbuilt';

/** One deviation of the kernel: a step that did not see what it wanted, a crash, a hang. */
export interface Deviation {
  /** fail: an expectation was not met. */
  kind: 'fail' | 'crash' | 'hang';
  /** The step's key as in YAML (`signals`, `unmount`), or undefined when it belongs to no step. */
  step?: string;
  /** Index of the step in the scenario, from 0. */
  stepIndex?: number;
  /** Headline: a crash's title (`BUG: unable to handle page fault in dax_disassociate_entry`), else one sentence. */
  title: string;
  wanted?: string;
  seen?: string;
  /** Crashes and hangs: the innermost function of ours that matters, and a fingerprint that survives rebuilds. */
  function?: string;
  fingerprint?: string;
  /** File in the cell's folder that holds the evidence, relative to it. */
  evidence?: string;
}

/** A cell before it is run: one scenario, with its parameters, on one kernel. */
export interface PlannedCell {
  id: string;
  /** Scenario name: its path below scenarios/ without .yaml, such as `remove/shared-mappers`. */
  scenario: string;
  title: string;
  /** The kernel as asked for: `debian:6.12`. */
  kernel: string;
  /** Which repetition, from 1, of how many. */
  repeat: number;
  repeats: number;
  /** Folder of the cell, relative to the run's; cellFolderName() makes it. */
  folder: string;
  /** The command that runs just this cell again, quoted for a POSIX shell. */
  reproduce: string;
  /** Words of that command that change which kernel it is or how it boots: `--config kasan`. */
  options?: string[];
  /** Key of what the scenario does and expects, known entries apart: the same for the same content. */
  content?: string;
}

/** What became of a cell. */
export interface CellResult extends PlannedCell {
  /** The kernel as found: `6.12.107`. */
  kernelVersion: string;
  verdict: Verdict;
  /** True for pass and skip, and for a deviation that is recorded as known. */
  expected: boolean;
  /** One sentence: why this verdict. */
  why: string;
  deviations: Deviation[];
  /** The known entry that covers the deviations. */
  known?: { because: string; bug?: string };
  /** Set when a known entry applies to this kernel but the cell passed. */
  knownButPassed?: { because: string; bug?: string };
  /** Milliseconds, from the fork to the verdict. */
  durationMs: number;
  /** Milliseconds from the start of the fork to the first step's start. */
  forkMs?: number;
}

export interface KernelFacts {
  /** As asked for: `debian:6.12`. */
  kernel: string;
  /** Short name for tables: `6.12`. */
  label: string;
  version: string;
  release: string;
  id: string;
  /** Where it comes from, for a person: package name and version, or path. */
  origin: string;
}

/** What is told once a task of the run (not of a cell) starts and ends: fetching, unpacking, booting, laying a stack. */
export interface TaskFacts {
  task: string;
  /** Which kernel it is for, as asked for. */
  kernel?: string;
  title: string;
}

export type RunEventBody =
  | {
      type: 'run-started';
      name: string;
      folder: string;
      command: string;
      cells: PlannedCell[];
      kernels: string[];
      environment: Record<string, string>;
    }
  | ({ type: 'task-started' } & TaskFacts)
  | ({ type: 'task-progress'; note: string } & TaskFacts)
  | ({ type: 'task-ended'; ok: boolean; durationMs: number; note?: string } & TaskFacts)
  | ({ type: 'kernel-ready' } & KernelFacts)
  | { type: 'cell-started'; id: string }
  | { type: 'step-started'; id: string; index: number; step: string; label: string }
  | {
      type: 'step-ended';
      id: string;
      index: number;
      step: string;
      label: string;
      outcome: StepOutcome;
      wanted?: string;
      seen: string;
      durationMs: number;
      notes?: string[];
    }
  | {
      type: 'signal';
      id: string;
      process: string;
      pid: number;
      tid: number;
      signo: number;
      signal: string;
      code: string;
      address: string;
      lsb: number;
      page?: number;
    }
  | { type: 'deviation'; id: string; deviation: Deviation }
  | { type: 'cell-ended'; result: CellResult }
  | { type: 'message'; level: 'info' | 'warning' | 'error'; text: string }
  | { type: 'run-ended'; exitCode: number; interrupted: boolean; durationMs: number };

/** ok: seen what was wanted (or the act was done). deviates: seen something else. ended: the cell ended inside it. */
export type StepOutcome = 'ok' | 'deviates' | 'ended';

export type RunEvent = RunEventBody & {
  /** Counts up by one from 1. */
  seq: number;
  /** Milliseconds since the run started, from a monotonic clock. */
  ms: number;
  /** Wall-clock time, ISO 8601. */
  time: string;
};

/** Something that wants to see every event: a reporter, the run folder, the terminal. */
export interface Reporter {
  /** What a person is told when this reporter fails: `terminal`, `run folder`. */
  readonly name: string;
  onEvent(event: RunEvent): void;
  /** Called once, after the last event; files are whole when it resolves. */
  close?(): void | Promise<void>;
}
