// SPDX-License-Identifier: GPL-2.0-only
// poison: makes a page bad, by one of the routes.

import { z } from 'zod';
import { pageBytes } from '../../host/page.ts';
import { poisonRoutes } from '../../poison/routes.ts';
import type { Injection, Mapper, PoisonRoute, PoisonTarget } from '../../poison/route.ts';
import {
  metadataWords,
  namespaceWords,
  placeInNamespace,
  placeOfMetadata,
  placeOfPhysical,
  type NamespaceWord,
} from '../../poison/metadata.ts';
import { dataStart, placesOfPages } from '../../poison/target.ts';
import { basePlace, type Place } from '../../storage/layer.ts';
import type { StepContext } from '../step-context.ts';
import type { ScenarioProcess } from '../layout.ts';
import { stepKind } from '../step.ts';

/** What says where the poison goes. */
export const targetKeys = {
  page: z.int().min(0).prefault(0).describe('Page of the file or device, by number from 0'),
  pages: z.int().min(1).max(512).prefault(1).describe('How many pages in a row'),
  of: z.string().optional().describe('The file'),
  on: z.string().optional().describe('Instead of a file: the device'),
  at: z.string().optional().describe('Instead: the filesystem mounted there, with `what`'),
  what: z
    .enum([...metadataWords, ...namespaceWords])
    .optional()
    .describe('Which of its blocks; page-map and last-page are of a namespace, with `on`'),
  physical: z
    .string()
    .regex(/^0x[0-9a-f]+$/i, 'a guest-physical address such as "0x101200000"')
    .optional()
    .describe('Instead: a guest-physical address'),
};

type Target = z.output<z.ZodObject<typeof targetKeys>>;

function isNamespaceWord(what: string | undefined): what is NamespaceWord {
  return namespaceWords.some((word) => word === what);
}

/** There is one way to say where. */
export const targetRefinement: [(target: Target) => boolean, { error: string }] = [
  ({ of, on, at, what, physical }) =>
    [of, on, at, physical].filter((way) => way !== undefined).length === 1 &&
    (isNamespaceWord(what) ? on !== undefined : (at === undefined) === (what === undefined)),
  {
    error:
      'say one of: `of` (a file), `on` (a device; with `what: page-map` or `last-page` that page of it), `at` and `what` (a block of a filesystem), `physical` (an address)',
  },
];

const common = {
  ...targetKeys,
  by: z.string().optional().describe('For routes that go through a process: the group whose first process does it'),
  gives: z.string().optional().describe('The error that the kernel should answer with, such as EBUSY'),
};

/** What the keys of every route have in common. */
type AnyRoute = z.ZodObject<typeof common & { route: z.ZodLiteral<string> }, z.core.$strict>;

/** Keys of every route, with those that a route declares itself. */
const perRoute = poisonRoutes.map(({ name, title, options }) =>
  z.strictObject({ route: z.literal(name).describe(title), ...common, ...options }),
);

const schema = z.discriminatedUnion('route', perRoute as unknown as [AnyRoute]).refine(...targetRefinement);

function routeOf(name: string): PoisonRoute {
  const route = poisonRoutes.find((one) => one.name === name);
  if (route === undefined) throw new Error(`no route ${name}: the schema should have said so`);
  return route;
}

export const poison = stepKind({
  key: 'poison',
  title: 'Poison a page',
  example: 'poison: {route: badblocks, page: 3, of: /mnt/data}',
  acts: true,
  schema,
  modules: ({ route }) => routeOf(route).modules,
  missing: ({ route }, environment) => routeOf(route).missing?.(environment),
  names: ({ by, ...target }) => ({
    ...namesOf(target),
    ...(by === undefined ? {} : { processes: [by] }),
  }),
  label: (args) => `${args.route}: ${targetWords(args)}`,
  async run(args, context) {
    const route = routeOf(args.route);
    const targets = await targetsOf(args, context);
    if (route.throughProcess && targets.some(({ process }) => process === undefined)) {
      return {
        ok: false,
        wanted: `a process that maps ${targetWords(args)}`,
        seen: 'say `by`: a group that maps the page',
      };
    }
    const notes: string[] = [];
    for await (const { error, how } of injections(route, context, targets, args)) {
      notes.push(how);
      if (error !== args.gives) {
        const wanted = args.gives === undefined ? 'the kernel takes the injection' : `the kernel answers ${args.gives}`;
        return { ok: false, wanted, seen: error === undefined ? 'it took it' : `it answered ${error}`, notes };
      }
    }
    return { ok: true, seen: notes.join('; '), notes };
  },
});

async function* injections(
  route: PoisonRoute,
  context: StepContext,
  targets: readonly PoisonTarget[],
  options: unknown,
): AsyncGenerator<Injection> {
  if (route.injectAll !== undefined) {
    const { how, ...rest } = await route.injectAll(context.guest, targets, options);
    const [first, ...others] = targets.map(({ described }) => described);
    yield { ...rest, how: `${first ?? ''}${others.length === 0 ? '' : ` to ${others.at(-1) ?? ''}`}: ${how}` };
    return;
  }
  for (const target of targets) {
    const { how, ...rest } = await route.inject(context.guest, target, options);
    yield { ...rest, how: `${target.described}: ${how}` };
  }
}

/** Where the pages lie; pages in a row need not be neighbors on the device. */
export async function targetsOf(
  args: Target & { by?: string | undefined },
  context: StepContext,
): Promise<PoisonTarget[]> {
  const bases = await basesOf(args, context);
  return bases.map((base, index) => {
    const page = args.page + index;
    const physical = dataStart(context.facts, base.device) + base.offset;
    return {
      base,
      length: pageBytes,
      physical,
      process: args.by === undefined ? undefined : mapperOf(context, args.by, page),
      mappers: args.of === undefined ? [] : mappersOf(context, args.of, page),
      described: `${targetWords({ ...args, page, pages: 1 })} = ${base.device}+0x${base.offset.toString(16)} = physical 0x${physical.toString(16)}`,
    };
  });
}

async function basesOf(target: Target, context: StepContext): Promise<Place[]> {
  const { of, on, at, what, physical, page, pages } = target;
  const { guest, stack } = context;
  if (of !== undefined) return placesOfPages(guest, stack, { page, pages, file: of });
  const mount = at === undefined ? undefined : stack.mounts.get(at);
  const first =
    physical !== undefined
      ? placeOfPhysical(context.facts, stack, Number(physical))
      : on !== undefined && isNamespaceWord(what)
        ? await placeInNamespace(guest, stack, on, what)
        : mount !== undefined && what !== undefined && !isNamespaceWord(what)
          ? await placeOfMetadata(guest, stack, mount, what)
          : undefined;
  return Array.from({ length: pages }, (_, index) =>
    first === undefined
      ? basePlace(stack, { device: on ?? '', offset: (page + index) * pageBytes })
      : { ...first, offset: first.offset + (page + index) * pageBytes },
  );
}

/** The names of the scenario that a target uses. */
export function namesOf({ of, on, at }: Partial<Target>): { files?: string[]; devices?: string[]; mounts?: string[] } {
  return {
    ...(of === undefined ? {} : { files: [of] }),
    ...(on === undefined ? {} : { devices: [on] }),
    ...(at === undefined ? {} : { mounts: [at] }),
  };
}

function mapperOf(context: StepContext, group: string, page: number): Mapper | undefined {
  const [process] = context.processesOf(group);
  return process === undefined ? undefined : indexIn(process, page);
}

function mappersOf(context: StepContext, file: string, page: number): Mapper[] {
  return [...context.groups.values()]
    .flat()
    .filter(({ map }) => map?.file === file)
    .flatMap((process) => indexIn(process, page) ?? []);
}

function indexIn({ name, map }: ScenarioProcess, page: number): Mapper | undefined {
  const index = page - (map?.page ?? 0);
  return map !== undefined && index >= 0 && index < map.pages ? { name, page: index } : undefined;
}

/** A target in words: `page 3 of /mnt/data`, `the log of /mnt`, `physical 0x101200000`. */
export function targetWords({ page, pages, of, on, at, what, physical }: Target): string {
  if (what !== undefined) return `the ${what} of ${at ?? on ?? ''}`;
  if (physical !== undefined) return `physical ${physical}`;
  return `${pages === 1 ? `page ${page}` : `pages ${page}-${page + pages - 1}`} of ${of ?? on ?? ''}`;
}
