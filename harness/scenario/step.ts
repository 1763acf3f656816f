// SPDX-License-Identifier: GPL-2.0-only
// What a step is: one file that says what its YAML looks like, what it does, and how it tells what it saw against what it
// wanted.

import type { z } from 'zod';
import type { RouteEnvironment } from '../poison/route.ts';
import type { StepContext } from './step-context.ts';

/** What a step saw. */
export interface StepReport {
  ok: boolean;
  /** What was wanted; always there when not ok. */
  wanted?: string;
  seen: string;
  /** Things worth knowing in the run: what a page resolved to, how it was injected. */
  notes?: string[];
}

/** One kind of step. To add a kind: write its file and name it in steps.ts. */
export interface StepKind<T> {
  /** The key in YAML. */
  key: string;
  title: string;
  /** YAML for the docs. */
  example: string;
  /** An act that fails ends the scenario; an expectation that fails is noted and the next step runs. */
  acts: boolean;
  schema: z.ZodType<T>;
  /** Milliseconds, before the slowdown, when the step does not say `within`. */
  withinMs?: number;
  /** Modules that the kernel must have for it. */
  modules?: (args: T) => string[];
  /** Why it cannot be done there, or undefined when it can: the scenario is skipped. */
  missing?: (args: T, environment: RouteEnvironment) => string | undefined;
  /** Names that the step uses, checked when the scenario is loaded. */
  names?: (args: T) => { devices?: string[]; mounts?: string[]; files?: string[]; processes?: string[] };
  /** A few words for the line of the run. */
  label: (args: T) => string;
  run: (args: T, context: StepContext) => Promise<StepReport>;
}

/** Types a step kind and forgets its arguments' type, for the table of kinds. */
export function stepKind<T>(kind: StepKind<T>): StepKind<unknown> {
  return {
    ...kind,
    modules: (args) => kind.modules?.(args as T) ?? [],
    missing: (args, environment) => kind.missing?.(args as T, environment),
    names: (args) => kind.names?.(args as T) ?? {},
    label: (args) => kind.label(args as T),
    run: (args, context) => kind.run(args as T, context),
  };
}
