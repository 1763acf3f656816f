// SPDX-License-Identifier: GPL-2.0-only
// What a run executed of a kernel's source: by file and function, and by line where that is known.

/**
 * When a function was executed first. steps: in the steps of a scenario, or in a fork before them. setup, boot: only while a guest was made.
 * never: it is in the kernel and was not. no symbol: its code is in other functions, or it is not compiled, or it only initializes a module.
 */
export type ExecutedWhen = 'steps' | 'setup' | 'boot' | 'never' | 'no symbol';

export interface FunctionCoverage {
  name: string;
  /** Where it is defined, from 1. */
  line: number;
  when: ExecutedWhen;
  /** How many scenarios executed it in their steps. */
  scenarios: number;
  /** How many scenarios executed it at all. */
  anywhere: number;
  /** Bytes of its code, and how many of them were executed in steps. */
  bytes: number;
  executedBytes: number;
}

export interface LineCoverage {
  /** From 1. */
  line: number;
  /** How many scenarios executed it at all. */
  scenarios: number;
}

export interface FileCoverage {
  file: string;
  functions: FunctionCoverage[];
  /** The lines that have code; undefined where there is no line table. */
  lines?: LineCoverage[] | undefined;
}

export interface KernelCoverage {
  /** As asked for: `debian:6.12`. */
  kernel: string;
  label: string;
  release: string;
  /** Where the source is from, for a person. */
  source: string;
  /** How many scenarios were recorded. */
  scenarios: number;
  files: FileCoverage[];
  /** Why lines are missing, where they were asked for. */
  notes: string[];
}
