// SPDX-License-Identifier: GPL-2.0-only
// What a poison or unpoison step acts on: pages of a file or of a device, a block of a filesystem, a physical address.

import { z } from 'zod';
import {
  metadataWords,
  namespaceWords,
  placeInNamespace,
  placeOfMetadata,
  placeOfPhysical,
  type NamespaceWord,
} from '../poison/metadata.ts';
import type { MappedTarget, Mapper, PoisonTarget } from '../poison/route.ts';
import { dataStart, placesOfPages } from '../poison/target.ts';
import { pageBytes } from '../host/page.ts';
import { basePlace, type Place } from '../storage/layer.ts';
import { deviceKey, fileKey, mountKey, pageKey, pagesKey, pageWords } from './keys.ts';
import type { ScenarioProcess } from './layout.ts';
import type { StepContext } from './step-context.ts';

export const targetKeys = {
  page: pageKey.prefault(0),
  pages: pagesKey.max(512).prefault(1),
  file: fileKey.optional(),
  device: deviceKey.optional().describe('Instead of `file`: a device of the stack'),
  mount: mountKey.optional().describe('Instead of `file`: a filesystem, by its mount point, with `block`'),
  block: z
    .enum([...metadataWords, ...namespaceWords])
    .optional()
    .describe('Block of the filesystem `mount`; page-map and last-page are pages of the namespace `device`'),
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

/** A target is given in exactly one way. */
export const targetRefinement: [(target: Target) => boolean, { error: string }] = [
  ({ file, device, mount, block, address }) =>
    [file, device, mount, address].filter((way) => way !== undefined).length === 1 &&
    (isNamespaceWord(block) ? device !== undefined : (mount === undefined) === (block === undefined)),
  {
    error:
      'needs one of `file`, `device` (with `block: page-map` or `last-page`: that page of it), `mount` with `block`, `address`',
  },
];

/** The targets of a step, one a page; pages in a row need not be neighbors on the device. */
export async function targetsOf(args: ProcessTarget, context: StepContext): Promise<PoisonTarget[]> {
  for (const { name, below } of context.stack.devices.values())
    if (below === undefined) await context.refreshFacts(name);
  const bases = await basesOf(args, context);
  return bases.map((base, index) => {
    const mapped = mappedTarget(args, context, args.page + index);
    const physical = dataStart(context.facts, base.device) + base.offset;
    const place = `${base.device}+0x${base.offset.toString(16)} = physical 0x${physical.toString(16)}`;
    return { ...mapped, base, length: pageBytes, physical, described: `${mapped.described} = ${place}` };
  });
}

/** The same without their places: the filesystem is not asked, and writes nothing back. */
export function mappedTargetsOf(args: ProcessTarget, context: StepContext): MappedTarget[] {
  return Array.from({ length: args.pages }, (_, index) => mappedTarget(args, context, args.page + index));
}

function mappedTarget(args: ProcessTarget, context: StepContext, page: number): MappedTarget {
  const { file, processes } = args;
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
  if (block === undefined) return undefined;
  if (isNamespaceWord(block)) return placeInNamespace(guest, stack, device ?? '', block);
  const mount = stack.mounts.get(path ?? '');
  return mount === undefined ? undefined : placeOfMetadata(guest, stack, mount, block);
}

/** The names of the scenario that a target uses. */
export function namesOfTarget({ file, device, mount }: Partial<Target>): {
  files: string[];
  devices: string[];
  mounts: string[];
} {
  const list = (name: string | undefined): string[] => (name === undefined ? [] : [name]);
  return { files: list(file), devices: list(device), mounts: list(mount) };
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
export function targetWords({ page, pages, file, device, mount, block, address }: Target): string {
  if (block !== undefined) return `the ${block} of ${mount ?? device ?? ''}`;
  if (address !== undefined) return `physical ${address}`;
  return `${pageWords(page, pages)} of ${file ?? device ?? ''}`;
}
