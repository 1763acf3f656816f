// SPDX-License-Identifier: GPL-2.0-only
// poison: poisons pages by one of the routes.

import { z } from 'zod';
import { InfraError } from '../../host/errors.ts';
import type { Injection, MappedTarget, PoisonRoute } from '../../poison/route.ts';
import { poisonRoutes } from '../../poison/routes.ts';
import { processesKey } from '../keys.ts';
import {
  mappedTargetsOf,
  namesOfTarget,
  targetKeys,
  targetRefinement,
  targetsOf,
  targetWords,
} from '../poison-target.ts';
import { stepKind } from '../step.ts';
import type { StepContext } from '../step-context.ts';

const common = {
  ...targetKeys,
  processes: processesKey.optional().describe('Group whose first process acts, for routes that go through a process'),
  returns: z.string().optional().describe('Error that the injection should return, such as EBUSY; none by default'),
};

/** The keys that all routes share. */
type AnyRoute = z.ZodObject<typeof common & { route: z.ZodLiteral<string> }, z.core.$strict>;

/** Keys of every route, with those that a route declares itself. */
const perRoute = poisonRoutes.map(({ name, title, options, throughProcess }) => {
  const processes = throughProcess ? processesKey.describe('Group whose first process acts') : common.processes;
  return z.strictObject({ route: z.literal(name).describe(title), ...common, processes, ...options });
});

const schema = z.discriminatedUnion('route', perRoute as unknown as [AnyRoute]).refine(...targetRefinement);

function routeOf(name: string): PoisonRoute {
  const route = poisonRoutes.find((one) => one.name === name);
  if (route === undefined) throw new Error(`no route ${name}: the schema should have rejected it`);
  return route;
}

export const poison = stepKind({
  key: 'poison',
  title: 'Poison pages',
  example: 'poison: {route: badblocks, file: /mnt/data, page: 3}',
  acts: true,
  schema,
  modules: ({ route }) => routeOf(route).modules,
  missing: ({ route }, environment) => routeOf(route).missing?.(environment),
  usesPlugin: ({ route }) => routeOf(route).usesPlugin ?? false,
  names: ({ processes, ...target }) => ({
    ...namesOfTarget(target),
    processes: [
      ...namesOfTarget(target).processes,
      ...(processes === undefined ? [] : [processes]),
      ...(routeOf(target.route).groups?.(target) ?? []),
    ],
  }),
  label: (args) => `${args.route}: ${targetWords(args)}`,
  async run(args, context) {
    const route = routeOf(args.route);
    const notes: string[] = [];
    for await (const { error, how } of injections(route, context, args)) {
      notes.push(how);
      if (error !== args.returns) {
        const wanted = `the injection ${args.returns === undefined ? 'succeeds' : `returns ${args.returns}`}`;
        return { ok: false, wanted, seen: error === undefined ? 'it succeeded' : `returned ${error}`, notes };
      }
    }
    return { ok: true, seen: notes.join('; '), notes };
  },
});

async function* injections(
  route: PoisonRoute,
  context: StepContext,
  args: z.output<typeof schema>,
): AsyncGenerator<Injection> {
  const { guest } = context;
  if (route.injectMapped !== undefined) {
    const targets = requireMapped(route, args, mappedTargetsOf(args, context));
    if (args.mapping !== undefined) context.poisoned.push(...(await targetsOf(args, context)));
    yield ofAll(targets, await route.injectMapped(guest, targets, args));
    return;
  }
  const targets = requireMapped(route, args, await targetsOf(args, context));
  context.poisoned.push(...targets);
  if (route.injectAll !== undefined) {
    yield ofAll(targets, await route.injectAll(guest, targets, args));
    return;
  }
  for (const target of targets) yield ofAll([target], await route.inject(guest, target, args));
}

/** @throws InfraError when the route needs a process and it does not map a page: a mistake of the scenario, not of the kernel */
function requireMapped<T extends MappedTarget>(
  route: PoisonRoute,
  args: z.output<typeof schema>,
  targets: readonly T[],
): readonly T[] {
  if (route.throughProcess && targets.some(({ process }) => process === undefined))
    throw new InfraError(`${args.processes ?? ''} does not map ${targetWords(args)}`);
  return targets;
}

function ofAll(targets: readonly MappedTarget[], { how, ...rest }: Injection): Injection {
  const [first, ...others] = targets.map(({ described }) => described);
  return { ...rest, how: `${first ?? ''}${others.length === 0 ? '' : ` to ${others.at(-1) ?? ''}`}: ${how}` };
}
