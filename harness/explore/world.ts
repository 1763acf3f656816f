// SPDX-License-Identifier: GPL-2.0-only
// What a right kernel has at one moment of a sequence: the blocks of each file, the bad ones, who maps what, which signals came.

import type { Setting } from './settings.ts';

/** A block of the device. */
export interface Block {
  /** It is in the list of bad blocks. */
  bad: boolean;
  /** memory_failure() has handled it: what a later access gets is not part of the model. */
  failed: boolean;
}

/**
 * A page of a mapping: present as the block itself, as the zero page of a hole, or as a copy of the process (MAP_PRIVATE); or unknown,
 * after an operation for which a kernel may unmap more than it has to.
 */
type Present = 'block' | 'zeros' | 'copy' | 'unknown';

export interface MappedFile {
  readonly name: string;
  readonly file: string;
  readonly mode: 'shared' | 'private';
  readonly earlyKill: boolean;
  alive: boolean;
  /** By page of the mapping, which begins with the file; undefined: not present. */
  present: (Present | undefined)[];
  /** Pages for which it got a BUS_MCEERR_AO, without an access of its own. */
  signaled: number[];
}

/** The state of the model. Operations change it as a right kernel would. */
export interface World {
  readonly setting: Setting;
  /** By file: its pages; undefined is a hole. */
  readonly files: Map<string, (Block | undefined)[]>;
  readonly processes: MappedFile[];
  /** A bad block belongs to no file any more, so the list of bad blocks cannot be named. */
  lostBadBlock: boolean;
}

export function newWorld(setting: Setting): World {
  const files = new Map<string, (Block | undefined)[]>();
  for (const [file, { pages, clone }] of Object.entries(setting.files)) {
    const source = clone === undefined ? undefined : files.get(clone);
    // A clone has the same blocks, not others like them.
    files.set(file, source === undefined ? Array.from({ length: pages ?? 0 }, newBlock) : [...source]);
  }
  const processes = Object.entries(setting.processes).map(([name, process]): MappedFile => {
    const pages = files.get(process.file)?.length ?? 0;
    return {
      name,
      file: process.file,
      mode: process.mode ?? 'shared',
      earlyKill: process['early-kill'] === true,
      alive: true,
      present: Array.from({ length: pages }, () => (process.touch === 'read' ? ('block' as const) : undefined)),
      signaled: [],
    };
  });
  const world: World = { setting, files, processes, lostBadBlock: false };
  for (const process of processes) {
    process.present.forEach((_, page) => {
      if (process.present[page] !== undefined) loaded(world, process, page);
    });
  }
  return world;
}

function newBlock(): Block {
  return { bad: false, failed: false };
}

/** The pages of a file. */
export function pagesOf(world: World, file: string): (Block | undefined)[] {
  const pages = world.files.get(file);
  if (pages === undefined) throw new Error(`no file ${file}`);
  return pages;
}

/** Whether more than one page of the files has this block. */
export function isShared(world: World, block: Block): boolean {
  let owners = 0;
  for (const pages of world.files.values()) owners += pages.filter((one) => one === block).length;
  return owners > 1;
}

/** Living processes that map a file. */
export function mappersOf(world: World, file: string): MappedFile[] {
  return world.processes.filter((one) => one.alive && one.file === file);
}

/** Takes a page of a file out of all mappings; copies of processes stay. */
function unmapPage(world: World, file: string, page: number): void {
  for (const process of mappersOf(world, file)) {
    if (process.present[page] !== 'copy') process.present[page] = undefined;
  }
}

/** A page of a file that had no block, or a shared one, is written: it gets one of its own, and pages around it may be unmapped. */
export function writeNewBlock(world: World, file: string, page: number): void {
  replaceBlock(world, file, page, newBlock());
  mayUnmap(world, file);
}

/** Whatever is mapped of a file may be unmapped, and is mapped again by the next access; copies of processes stay. */
export function mayUnmap(world: World, file: string): void {
  for (const { present } of mappersOf(world, file)) {
    present.forEach((one, page) => {
      if (one === 'block' || one === 'zeros') present[page] = 'unknown';
    });
  }
}

/** What a load gets, by the process or by the kernel for it: a page that is not present is mapped, unless it is bad. Undefined: not known. */
export function loadFrom(world: World, process: MappedFile, page: number): 'data' | 'bad' | undefined {
  const present = process.present[page];
  const isBad = pagesOf(world, process.file)[page]?.bad === true;
  if (isBad && present === 'unknown') return undefined;
  if (isBad && present === undefined) return 'bad';
  if (present === undefined || present === 'unknown') loaded(world, process, page);
  return 'data';
}

/** A process has loaded from a page of a good block. Of a shared one the others may lose it (fs/dax.c:dax_insert_entry, 6.12). */
function loaded(world: World, process: MappedFile, page: number): void {
  const block = pagesOf(world, process.file)[page];
  if (block !== undefined && isShared(world, block)) {
    for (const other of mappersOf(world, process.file)) {
      if (other.present[page] === 'block' && other !== process) other.present[page] = 'unknown';
    }
  }
  if (process.present[page] !== 'copy') process.present[page] = block === undefined ? 'zeros' : 'block';
}

/**
 * Takes pages out of a file. The filesystem lets go of the whole file while it waits for its pages (fs/dax.c:dax_layout_busy_page).
 */
export function freePages(world: World, file: string, page: number, pages: number): void {
  for (let index = page; index < page + pages; index++) replaceBlock(world, file, index, undefined);
  mayUnmap(world, file);
}

/** Gives a page of a file another block, or none; its former block is forgotten where no file has it. */
export function replaceBlock(world: World, file: string, page: number, block: Block | undefined): void {
  const pages = pagesOf(world, file);
  const former = pages[page];
  pages[page] = block;
  if (former?.bad === true && !isOwned(world, former)) world.lostBadBlock = true;
  unmapPage(world, file, page);
}

function isOwned(world: World, block: Block): boolean {
  return [...world.files.values()].some((pages) => pages.includes(block));
}
