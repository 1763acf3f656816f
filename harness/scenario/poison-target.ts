// SPDX-License-Identifier: GPL-2.0-only
// What a poison or unpoison step acts on: pages of a file or of a device, a block of a filesystem, a physical address.

import { z } from 'zod';
import { bttWords, offsetsOfPart, placeInNamespaceOf, type BttWord } from '../poison/btt.ts';
import {
  deviceAt,
  metadataWords,
  namespaceWords,
  placeInNamespace,
  placeOfMetadata,
  placeOfPhysical,
  type NamespaceWord,
} from '../poison/metadata.ts';
import type { MappedTarget, Mapper, PoisonTarget } from '../poison/route.ts';
import { dataStart, placesOfPages } from '../poison/target.ts';
import { InfraError } from '../host/errors.ts';
import { pageBytes } from '../host/page.ts';
import { basePlace, isBase, type Place } from '../storage/layer.ts';
import { deviceKey, fileKey, mountKey, pageKey, pagesKey, pageWords, processesKey } from './keys.ts';
import type { ScenarioProcess } from './layout.ts';
import type { StepContext } from './step-context.ts';

export const targetKeys = {
  page: pageKey.prefault(0),
  pages: pagesKey.max(512).prefault(1),
  file: fileKey.optional(),
  device: deviceKey.optional().describe('Instead of `file`: a device of the stack'),
  mapping: processesKey
    .optional()
    .describe(
      'Instead of `file`: what the first process of this group maps, wherever that memory is; `page` counts from the start of the mapping',
    ),
  mount: mountKey.optional().describe('Instead of `file`: a filesystem, by its mount point, with `block`'),
  block: z
    .enum([...metadataWords, ...namespaceWords, ...bttWords])
    .optional()
    .describe(
      'Block of the filesystem `mount`; page-map and last-page are pages of the namespace `device`; btt-info and so on are pages of the block translation table of a namespace in sector mode: of the map, those with the entries of `page`; of the log, those with the entry of the CPU `page`; btt-free, the block that the CPU `page` writes next',
    ),
  address: z
    .string()
    .regex(/^0x[0-9a-f]+$/i, 'a guest-physical address such as "0x101200000"')
    .optional()
    .describe('Instead of `file`: a guest-physical address'),
};

export type Target = z.output<z.ZodObject<typeof targetKeys>>;
type ProcessTarget = Target & { processes?: string | undefined };

function isNamespaceWord(block: string | undefined): block is NamespaceWord {
  return namespaceWords.some((word) => word === block);
}

function isBttWord(block: string | undefined): block is BttWord {
  return bttWords.some((word) => word === block);
}

/** A target is given in exactly one way. */
export const targetRefinement: [(target: Target) => boolean, { error: string }] = [
  ({ file, device, mapping, mount, block, address }) =>
    [file, device, mapping, mount, address].filter((way) => way !== undefined).length === 1 &&
    (isNamespaceWord(block) || isBttWord(block)
      ? device !== undefined
      : (mount === undefined) === (block === undefined)),
  {
    error:
      'needs one of `file`, `device` (with `block: page-map`, `last-page` or a part of the BTT: that page of it), `mapping`, `mount` with `block`, `address`',
  },
];

/** The pages that a step has poisoned, of a mapping those where they were then; else as `targetsOf`. */
export async function poisonedTargetsOf(args: ProcessTarget, context: StepContext): Promise<PoisonTarget[]> {
  const { mapping, page, pages } = args;
  if (mapping === undefined) return targetsOf(args, context);
  return Array.from({ length: pages }, (_, index) => {
    const { name } = mapperInGroup(context, mapping, page + index);
    const known = context.poisoned.findLast(({ process }) => process?.name === name && process.page === page + index);
    if (known === undefined)
      throw new InfraError(`no step has poisoned page ${page + index} of the mapping of ${mapping}`);
    return known;
  });
}

/** The targets of a step, one a page; pages in a row need not be neighbors on the device. */
export async function targetsOf(args: ProcessTarget, context: StepContext): Promise<PoisonTarget[]> {
  for (const device of context.stack.devices.values()) if (isBase(device)) await context.refreshFacts(device.name);
  if (args.mapping !== undefined) return targetsInMemory(args, args.mapping, context);
  const { device, block } = args;
  const places = await placesInNamespaces(
    isBttWord(block) ? await placesOfPart(args, block, context) : await basesOf(args, context),
    context,
    isBttWord(block) || isNamespaceWord(block) ? device : undefined,
  );
  return places.map(({ base, isNotData }, index) => {
    const mapped = mappedTarget(args, context, args.page + index);
    const physical = dataStart(context.facts, base.device) + base.offset;
    const place = `${base.device}+0x${base.offset.toString(16)} = physical 0x${physical.toString(16)}`;
    return { ...mapped, base, length: pageBytes, physical, isNotData, described: `${mapped.described} = ${place}` };
  });
}

/** Pages that a process maps, where they are in memory now. */
async function targetsInMemory(args: ProcessTarget, group: string, context: StepContext): Promise<PoisonTarget[]> {
  const targets: PoisonTarget[] = [];
  for (let page = args.page; page < args.page + args.pages; page++) {
    const process = mapperInGroup(context, group, page);
    const physical = await memoryOf(context, process);
    const base =
      deviceAt(context.facts, context.stack, physical) === undefined
        ? { device: '', offset: physical }
        : placeOfPhysical(context.facts, context.stack, physical);
    const described = `${targetWords({ ...args, page, pages: 1 })} = physical 0x${physical.toString(16)}`;
    targets.push({ process, mappers: [process], base, length: pageBytes, physical, isNotData: true, described });
  }
  return targets;
}

function mapperInGroup(context: StepContext, group: string, page: number): Mapper {
  const [process] = context.processesOf(group);
  if (process?.mapping === undefined || page >= process.mapping.pages)
    throw new InfraError(`the first process of ${group} maps no page ${page}`);
  return { name: process.name, page };
}

/** The physical address of a page of a mapping. @throws InfraError when it is not present */
async function memoryOf(context: StepContext, { name, page }: Mapper): Promise<number> {
  const { frame = 0, error } = await context.guest.request('frame', { process: name, page });
  if (frame > 0) return frame * pageBytes;
  throw new InfraError(
    `page ${page} of the mapping of ${name} is not in memory${error === undefined ? '' : `: ${error}`}`,
  );
}

/** Pages of a part of a BTT, by their offsets in the namespace. */
async function placesOfPart(
  { device = '', page, pages }: Target,
  part: BttWord,
  context: StepContext,
): Promise<Place[]> {
  if (context.stack.devices.get(device)?.kind !== 'sector')
    throw new InfraError(`${device} is not a namespace in sector mode`);
  const offsets = await offsetsOfPart(context.guest, dataStart(context.facts, device), { part, page, pages });
  return offsets.map((offset) => ({ device, offset }));
}

/**
 * Places as the namespaces have them: blocks of one in sector mode are where its map says, except those of `found`, the device whose
 * pages were found already.
 */
async function placesInNamespaces(
  places: readonly Place[],
  context: StepContext,
  found: string | undefined,
): Promise<{ base: Place; isNotData: boolean }[]> {
  const inOrder: { base: Place; isNotData: boolean }[] = [];
  for (const base of places) {
    const isSector = context.stack.devices.get(base.device)?.kind === 'sector';
    const place =
      base.device === found ? base : await placeInNamespaceOf(context.guest, context.stack, context.facts, base);
    inOrder.push({ base: place, isNotData: isSector || place.offset < 0 });
  }
  return inOrder;
}

/** The same without their places: the filesystem is not asked, and writes nothing back. */
export function mappedTargetsOf(args: ProcessTarget, context: StepContext): MappedTarget[] {
  return Array.from({ length: args.pages }, (_, index) => mappedTarget(args, context, args.page + index));
}

function mappedTarget(args: ProcessTarget, context: StepContext, page: number): MappedTarget {
  const { file, mapping, processes } = args;
  if (mapping !== undefined) {
    const process = mapperInGroup(context, mapping, page);
    return { process, mappers: [process], described: targetWords({ ...args, page, pages: 1 }) };
  }
  return {
    process: processes === undefined ? undefined : mapperOf(context, processes, page),
    mappers: file === undefined ? [] : mappersOf(context, file, page),
    described: targetWords({ ...args, page, pages: 1 }),
  };
}

async function basesOf(target: Target, context: StepContext): Promise<Place[]> {
  const { file, device, page, pages } = target;
  if (file !== undefined) return placesOfPages(context.guest, context.stack, { page, pages, file });
  const first = await firstBase(target, context);
  return Array.from({ length: pages }, (_, index) =>
    first === undefined
      ? basePlace(context.stack, { device: device ?? '', offset: (page + index) * pageBytes })
      : { ...first, offset: first.offset + (page + index) * pageBytes },
  );
}

/** The place of a named block or of an address; undefined for pages of a device. */
async function firstBase(
  { device, mount: path, block, address }: Target,
  { facts, guest, stack }: StepContext,
): Promise<Place | undefined> {
  if (address !== undefined) return placeOfPhysical(facts, stack, Number(address));
  if (block === undefined || isBttWord(block)) return undefined;
  if (isNamespaceWord(block)) return placeInNamespace(guest, stack, device ?? '', block);
  const mount = stack.mounts.get(path ?? '');
  return mount === undefined ? undefined : placeOfMetadata(guest, stack, mount, block);
}

/** The names of the scenario that a target uses. */
export function namesOfTarget({ file, device, mapping, mount }: Partial<Target>): {
  files: string[];
  devices: string[];
  mounts: string[];
  processes: string[];
} {
  const list = (name: string | undefined): string[] => (name === undefined ? [] : [name]);
  return { files: list(file), devices: list(device), mounts: list(mount), processes: list(mapping) };
}

function mapperOf(context: StepContext, group: string, page: number): Mapper | undefined {
  const [process] = context.processesOf(group);
  return process === undefined ? undefined : indexIn(process, page);
}

function mappersOf(context: StepContext, file: string, page: number): Mapper[] {
  return [...context.groups.values()]
    .flat()
    .filter(({ mapping }) => mapping?.file === file)
    .flatMap((process) => indexIn(process, page) ?? []);
}

function indexIn({ name, mapping }: ScenarioProcess, page: number): Mapper | undefined {
  if (mapping === undefined) return undefined;
  const index = page - mapping.page;
  return index >= 0 && index < mapping.pages ? { name, page: index } : undefined;
}

/** A target in words: `page 3 of /mnt/data`, `the log of /mnt`, `physical 0x101200000`. */
export function targetWords({ page, pages, file, device, mapping, mount, block, address }: Target): string {
  if (block !== undefined) return `the ${block} of ${mount ?? device ?? ''}`;
  if (address !== undefined) return `physical ${address}`;
  if (mapping !== undefined) return `${pageWords(page, pages)} of the mapping of ${mapping}`;
  return `${pageWords(page, pages)} of ${file ?? device ?? ''}`;
}
