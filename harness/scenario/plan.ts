// SPDX-License-Identifier: GPL-2.0-only
// From scenarios and kernels to cells and to what each cell's guest needs: pure.

import { contentKey } from '../host/key.ts';
import { quoteArgv } from '../host/program.ts';
import type { StageRequests } from '../guest/stage.ts';
import { memoryOf } from '../machine/machine-memory.ts';
import { virtioPmemModules } from '../machine/virtio-pmem.ts';
import type { RouteEnvironment } from '../poison/route.ts';
import { poisonRoutes } from '../poison/routes.ts';
import type { PlannedCell } from '../results/events.ts';
import { cellFolderName } from '../results/run-names.ts';
import { emptyStack, type Stack } from '../storage/layer.ts';
import { layerKinds } from '../storage/layers.ts';
import type { ExpectedPanic } from '../verdict/expected-panic.ts';
import { inRange } from '../verdict/kernel-range.ts';
import { missingFeatures, missingReason } from './features.ts';
import { planLayout, type Layout, type Sources } from './layout.ts';
import type { LoadedStep, Scenario } from './load.ts';
import { laterOf } from './later.ts';
import { planStackStages } from './stack-stages.ts';
import { missingCheckout, suiteStages } from './suite.ts';

/** A cell with its scenario. */
export interface CellPlan extends PlannedCell {
  of: Scenario;
}

/** Every scenario on every kernel, as often as asked: by kernel, so that a kernel's checkpoints are used while warm. */
export function planCells(
  scenarios: readonly Scenario[],
  kernels: readonly string[],
  repeats: number,
  options: string[] = [],
): CellPlan[] {
  return kernels.flatMap((kernel) =>
    scenarios.flatMap((scenario) =>
      Array.from({ length: repeats }, (_, index): CellPlan => {
        const repeat = index + 1;
        const identity = { scenario: scenario.name, kernel, repeat, repeats };
        return {
          ...identity,
          id: `${kernel} ${scenario.name}${repeats === 1 ? '' : ` #${repeat}`}`,
          title: scenario.spec.title,
          folder: cellFolderName(identity),
          reproduce: quoteArgv(['npx', 'hazmat', 'run', scenario.name, '--kernel', kernel, ...options]),
          ...(options.length === 0 ? {} : { options }),
          content: contentOf(scenario),
          of: scenario,
        };
      }),
    ),
  );
}

/** The key of what a scenario does and expects. Its title, description, tags and known issues change no behavior. */
function contentOf({ spec, machine, layers, steps, sources }: Scenario): string {
  const { title, description, tags, ...rest } = spec;
  return contentKey({
    spec: rest,
    ...(sources.size === 0 ? {} : { sources: [...sources].map(([file, { id }]) => [file, id]) }),
    machine,
    layers: layers.map((layer) => [layer.kind.key, layer.spec]),
    steps: steps.map(({ kind, args, deadlineMs, kernels, background, delaysMs }) => [
      ...[kind.key, args, deadlineMs, kernels],
      ...(background === undefined && delaysMs === undefined ? [] : [background, delaysMs]),
    ]),
  });
}

/** What a scenario needs of a guest on one kernel. */
export interface GuestNeeds {
  stack: Stack;
  layout: Layout;
  /** What is done in the guest after the boot, in order; the stack may take two of them. */
  stages: StageRequests[];
  steps: LoadedStep[];
}

/**
 * The modules that every guest of a machine loads before it is first saved, so that one booted checkpoint serves every
 * scenario. Those of layers and routes that do not work there are left out: einj fails without its table.
 */
export function bootModules(environment: RouteEnvironment): string[] {
  const here = [...layerKinds, ...poisonRoutes].filter(({ missing }) => missing?.(environment) === undefined);
  // NVDIMMs first: what other modules find there is the same in each guest.
  const first = ['nfit', 'nd_pmem'];
  const others = here
    .filter((kind) => !('isLate' in kind && kind.isLate))
    .flatMap(({ modules }) => modules)
    .filter((module) => !first.includes(module));
  return [...first, ...[...new Set([...others, ...virtioPmemModules(environment.machine)])].sort()];
}

/**
 * Why a scenario cannot run on a kernel and in an environment, or undefined. `has`: whether the kernel has a module or has it
 * built in; `features`: those that it has whatever its version is. An environment that is not known yet is no reason.
 */
export function skipReason(
  scenario: Scenario,
  kernel: {
    version: string;
    has: (module: string) => boolean;
    features?: ReadonlySet<string>;
    qemuVersion?: string | undefined;
  },
  environment?: RouteEnvironment,
): string | undefined {
  const checkout = missingCheckout(scenario);
  if (checkout !== undefined) return checkout;
  const lacking = missingReason(
    missingFeatures(scenario.features, {
      version: kernel.version,
      has: kernel.features ?? new Set(),
      qemuVersion: kernel.qemuVersion,
    }),
  );
  if (lacking !== undefined) return lacking;
  const steps = stepsFor(scenario, kernel.version);
  const modules = [
    ...virtioPmemModules(scenario.machine),
    ...scenario.layers.flatMap(({ kind }) => kind.modules),
    ...steps.flatMap(({ kind, args }) => kind.modules?.(args) ?? []),
  ];
  const missing = [...new Set(modules)].filter((module) => !kernel.has(module));
  if (missing.length > 0) return `this kernel has no module ${missing.join(', ')}`;
  const reasons =
    environment === undefined ? [] : steps.flatMap(({ kind, args }) => kind.missing?.(args, environment) ?? []);
  return reasons[0];
}

/** Plans stack, files and processes of a scenario for a kernel. `sources`: what is brought into the guest, where that matters. */
export function planGuest(scenario: Scenario, kernelVersion: string, sources?: Sources): GuestNeeds {
  const stack = emptyStack();
  const stackStages = planStackStages(
    stack,
    scenario.layers.map(
      ({ kind, spec }) =>
        () =>
          kind.plan(spec, { stack, ...memoryOf(scenario.machine), kernelVersion }),
    ),
  );
  const { files, processes } = scenario.spec;
  const layout = planLayout(files, processes, [...stack.mounts.keys()], laterOf(scenario.steps), sources);
  return {
    stack,
    layout,
    stages: [
      ...stackStages,
      ...suiteStages(scenario, stack),
      { title: 'processes', requests: [...layout.fileRequests, ...layout.processRequests], facts: [] },
    ],
    steps: stepsFor(scenario, kernelVersion),
  };
}

/** The steps that are for a kernel version. */
export function stepsFor(scenario: Scenario, kernelVersion: string): LoadedStep[] {
  return scenario.steps.filter(({ kernels }) => kernels === undefined || inRange(kernelVersion, kernels));
}

/** The panic that a scenario ends with on a kernel: after its last expectation, so that none is left out. */
export function expectedPanic(scenario: Scenario, kernelVersion: string): ExpectedPanic | undefined {
  const { panics } = scenario.spec;
  if (panics === undefined) return undefined;
  const steps = stepsFor(scenario, kernelVersion);
  return { title: panics, from: steps.findLastIndex(({ kind }) => !kind.acts) + 1, steps: steps.length };
}
