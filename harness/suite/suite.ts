// SPDX-License-Identifier: GPL-2.0-only
// What a suite is that others wrote: which tests its checkout has, the tree that it is built and run in, what is run in a guest, and what
// its own report of a test means.

import { z } from 'zod';

/** What a suite's tree is made of. */
export interface SuiteTree {
  suites: readonly string[];
  /** Packages that guests need. */
  packages: readonly string[];
  /** Packages that building the suite needs besides. */
  build: readonly string[];
  /** Names of packages that are not in the image: compilers, headers. What only these depend on may stay. */
  buildOnly: RegExp;
  /** Symlinks that scripts of the packages would make. */
  links: Readonly<Record<string, string>>;
  /** Files that scripts of the packages would make. */
  texts: Readonly<Record<string, string>>;
  folders: readonly string[];
  /** A shell script, run in the tree with the compiler and in the folder of the suite. */
  script: string;
}

/** A program that is run in the guest, below the root of hazmat's own userspace. */
export interface SuiteCommand {
  /** For progress and errors. */
  why: string;
  argv: string[];
  stdin?: string;
  env?: Record<string, string>;
}

/** What became of a test, by the suite's own report of it. */
export type SuiteOutcome =
  { verdict: 'pass'; seen: string } | { verdict: 'skip'; why: string } | { verdict: 'fail'; seen: string };

/** What a test left: its exit status and output, and the files of its results, by their names. */
export interface TestRun {
  exit: number | undefined;
  output: string;
  files: ReadonlyMap<string, string>;
}

/** Devices by the names that scenarios use, with their paths in the guest. */
export type DevicePaths = ReadonlyMap<string, string>;

/** Keys of `suite:` that all suites have. */
export const commonKeys = {
  groups: z.array(z.string().min(1)).prefault([]).describe('Groups of the suite whose tests are run, such as [dax]'),
  tests: z.array(z.string().min(1)).prefault([]).describe('Further tests, by the names that the suite gives them'),
  exclude: z
    .string()
    .regex(/^(?!.*\.\.)\w[\w./-]*$/, 'a path below the directory of the scenario')
    .optional()
    .describe('A file in the directory of the scenario with tests that are left out: one a line, `#` begins a comment'),
};

/** One suite. To add one: write its file and name it in suites.ts. `T`: its keys in a scenario. */
export interface SuiteKind<T> {
  name: string;
  title: string;
  /** The setting that names a checkout. */
  setting: string;
  /** Files and folders that every checkout has. */
  marks: readonly string[];
  /** Its keys in a scenario, each with its schema; `T` is what these make. */
  keys: z.ZodRawShape;
  tree: SuiteTree;
  /** Modules that a kernel must have. */
  modules: readonly string[];
  /** The kernel's modules of tools/testing/nvdimm are built for it, and take the place of its own. */
  testModules?: boolean;
  /** The names of devices that a scenario's `suite:` uses. */
  devices: (spec: T) => string[];
  /** The tests of a checkout that a scenario names, in the suite's order. @throws UsageError for a group or a test that it does not have */
  tests: (checkout: string, spec: T) => string[];
  /** Prepares a guest in which the tree is at /suite, before it is saved for all tests. */
  setup: (spec: T, devices: DevicePaths) => SuiteCommand[];
  test: (spec: T, devices: DevicePaths, test: string) => SuiteCommand;
  /** @returns undefined when the suite did not say what became of the test */
  outcome: (test: string, run: TestRun) => SuiteOutcome | undefined;
}

/** Checks a suite's types and erases those of its keys, for the table of suites. */
export function suiteKind<T>(kind: SuiteKind<T>): SuiteKind<unknown> {
  return {
    ...kind,
    devices: (spec) => kind.devices(spec as T),
    tests: (checkout, spec) => kind.tests(checkout, spec as T),
    setup: (spec, devices) => kind.setup(spec as T, devices),
    test: (spec, devices, test) => kind.test(spec as T, devices, test),
  };
}
