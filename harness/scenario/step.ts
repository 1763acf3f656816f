// SPDX-License-Identifier: GPL-2.0-only
// What a step is: one file with its YAML schema, what it does in the guest, and how it compares what it saw with what the
// scenario expects.

import { z } from 'zod';
import type { RouteEnvironment } from '../poison/route.ts';
import type { StepContext } from './step-context.ts';
import type { StepReport } from './step-report.ts';

export type { StepReport };

/** The schema of a step without arguments, which is written as a plain string: `- reboot`. */
export const noArguments: z.ZodType<null> = z.null();

/** One kind of step. To add a kind: write its file and name it in steps.ts. */
export interface StepKind<T> {
  /** The key in YAML. */
  key: string;
  title: string;
  /** YAML for the docs. */
  example: string;
  /** An action that fails ends the scenario; after an expectation that fails the next step runs. */
  acts: boolean;
  schema: z.ZodType<T>;
  /** Default of `deadline`: milliseconds, before the slowdown. */
  deadlineMs?: number;
  /** Modules that the kernel must have. */
  modules?: (args: T) => string[];
  /** Why the step cannot run there, or undefined if it can: the scenario is skipped. */
  missing?: (args: T, environment: RouteEnvironment) => string | undefined;
  /** Whether the step acts through QEMU's poison plugin where its QEMU needs that (machine/plugin.ts). */
  usesPlugin?: (args: T) => boolean;
  /** Names of the scenario that the step uses; the loader checks that they exist. */
  names?: (args: T) => {
    devices?: string[];
    regions?: string[];
    memdevs?: string[];
    buses?: string[];
    mounts?: string[];
    files?: string[];
    processes?: string[];
  };
  /** Files and groups of the scenario that the step makes: they are not there from the beginning. */
  makes?: (args: T) => string[];
  /** The step in a few words, for reports. */
  label: (args: T) => string;
  run: (args: T, context: StepContext) => Promise<StepReport>;
}

/** Checks a step kind's types and erases those of its arguments, for the table of kinds. */
export function stepKind<T>(kind: StepKind<T>): StepKind<unknown> {
  return {
    ...kind,
    modules: (args) => kind.modules?.(args as T) ?? [],
    missing: (args, environment) => kind.missing?.(args as T, environment),
    usesPlugin: (args) => kind.usesPlugin?.(args as T) ?? false,
    names: (args) => kind.names?.(args as T) ?? {},
    makes: (args) => kind.makes?.(args as T) ?? [],
    label: (args) => kind.label(args as T),
    run: (args, context) => kind.run(args as T, context),
  };
}
