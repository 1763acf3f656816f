// SPDX-License-Identifier: GPL-2.0-only
// Scenarios with `suite:`: somebody else's tests. One file stands for many scenarios, one for each test of the user's checkout.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { GuestRequest } from '../guest/request.ts';
import type { StageRequests } from '../guest/stage.ts';
import { UsageError } from '../host/errors.ts';
import { checkYaml } from '../host/yaml/check.ts';
import type { YamlFile } from '../host/yaml/yaml.ts';
import type { Machine } from '../machine/machine.ts';
import { checkoutOf, howToGive } from '../suite/checkout.ts';
import { enterTree } from '../suite/guest.ts';
import { parseTestList } from '../suite/selection.ts';
import type { SuiteCommand, SuiteKind } from '../suite/suite.ts';
import { suiteKinds, suiteNamed } from '../suite/suites.ts';
import type { Stack } from '../storage/layer.ts';
import type { KnownEntry } from '../verdict/known.ts';
import { unknownName, type LoadedStep } from './check-step.ts';
import { durationSchema, parseDuration } from './duration.ts';
import { devicePaths, suiteTest } from './suite-test.ts';

/** The suite of a scenario. */
export interface LoadedSuite {
  kind: SuiteKind<unknown>;
  spec: unknown;
  /** Milliseconds that a test may take, before the slowdown; `limits`: those of single tests. */
  limitMs: number;
  limits: Readonly<Record<string, number>>;
  /** Tests that are left out. */
  excluded: readonly string[];
  /** The test that this scenario is; undefined for the file as a whole. */
  test?: string | undefined;
}

/** What of a scenario a suite is concerned with. */
interface SuiteScenario {
  name: string;
  spec: { title: string };
  machine: Pick<Machine, 'nvdimms'>;
  steps: LoadedStep[];
  known: KnownEntry[];
  suite?: LoadedSuite | undefined;
}

/** Keys of `suite:` that are not the suite's own. */
const frame = z.object({
  name: z.string(),
  limit: durationSchema
    .prefault('2m')
    .describe('Time limit of a test under KVM; multiplied by the measured slowdown of the guest'),
  limits: z.record(z.string(), durationSchema).prefault({}).describe('Time limits of single tests'),
});

/** The keys of one suite, for the docs. */
export function suiteKeys({ name, keys }: Pick<SuiteKind<unknown>, 'name' | 'keys'>): z.ZodType {
  return z.strictObject({ ...frame.shape, name: z.literal(name).describe('The suite'), ...keys });
}

/** The suite of a scenario file. @throws UsageError with file, line and column */
export function checkSuite(yaml: YamlFile, folder: string): LoadedSuite {
  const { name } = checkYaml(yaml, z.looseObject({ name: z.string().describe('The suite') }), ['suite']);
  const kind = suiteNamed(name);
  const names = suiteKinds.map((one) => one.name);
  if (kind === undefined)
    throw unknownName('suite', name, names, { at: yaml.at(['suite', 'name']), hint: `suites: ${names.join(', ')}` });
  const checked = checkYaml(yaml, suiteKeys(kind), ['suite']) as Record<string, unknown> & z.output<typeof frame>;
  const { limit, limits, ...spec } = checked;
  return {
    kind,
    spec,
    limitMs: parseDuration(limit) ?? 0,
    limits: Object.fromEntries(Object.entries(limits).map(([test, text]) => [test, parseDuration(text) ?? 0])),
    excluded: readExcluded(yaml, spec['exclude'], folder),
  };
}

function readExcluded(yaml: YamlFile, file: unknown, folder: string): string[] {
  if (typeof file !== 'string') return [];
  const where = path.join(folder, file);
  if (existsSync(where)) return parseTestList(readFileSync(where, 'utf8'));
  throw new UsageError(`there is no file \`${file}\` in the directory of the scenario`, {
    at: yaml.at(['suite', 'exclude']),
    hint: where,
  });
}

/** The scenarios that a suite's file stands for: one for each test of the user's checkout; itself where there is none. */
export function expandSuite<T extends SuiteScenario>(scenario: T): T[] {
  const { suite } = scenario;
  const checkout = suite === undefined ? undefined : checkoutOf(suite.kind);
  if (suite === undefined || checkout === undefined) return [scenario];
  const tests = suite.kind.tests(checkout, suite.spec).filter((test) => !suite.excluded.includes(test));
  return tests.map((test) => testScenario(scenario, suite, test));
}

function testScenario<T extends SuiteScenario>(scenario: T, suite: LoadedSuite, test: string): T {
  const { kind, spec, limits, limitMs } = suite;
  return {
    ...scenario,
    name: `${scenario.name}/${cellName(test)}`,
    spec: { ...scenario.spec, title: `${scenario.spec.title}: ${test}` },
    suite: { ...suite, test },
    steps: [
      {
        kind: suiteTest,
        args: { suite: kind.name, spec, test },
        deadlineMs: limits[test] ?? limitMs,
        kernels: undefined,
      },
    ],
    known: scenario.known.filter(({ tests }) => tests === undefined || tests.includes(test)),
  };
}

/** A test as the last word of a scenario's name: xfs-550 for xfs/550. */
function cellName(test: string): string {
  return test.replaceAll(/[^\w.-]+/g, '-');
}

/** Why a scenario with a suite cannot be run: nobody gave a checkout. */
export function missingCheckout({ suite }: Pick<SuiteScenario, 'suite'>): string | undefined {
  return suite === undefined || suite.test !== undefined ? undefined : howToGive(suite.kind);
}

/** The option of `hazmat run` that gives the checkout which a test is of. */
export function suiteOptions({ suite }: Pick<SuiteScenario, 'suite'>): string[] {
  const checkout = suite === undefined ? undefined : checkoutOf(suite.kind);
  return suite === undefined || checkout === undefined ? [] : ['--suite', `${suite.kind.name}=${checkout}`];
}

/** Mounts the tree of a suite, which is on the NVDIMM after the machine's own, and prepares it for all tests. */
export function suiteStages(
  { suite, machine }: Pick<SuiteScenario, 'suite' | 'machine'>,
  stack: Stack,
): StageRequests[] {
  if (suite?.test === undefined) return [];
  const devices = devicePaths(stack);
  const commands = [enterTree(`/dev/pmem${machine.nvdimms.length}`), ...suite.kind.setup(suite.spec, devices)];
  return [{ title: 'stack', requests: commands.map(requestOf), facts: [] }];
}

/** A command of a suite as a request to the agent. */
function requestOf({ why, ...args }: SuiteCommand): GuestRequest {
  return { op: 'run', args, why };
}
