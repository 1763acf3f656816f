// SPDX-License-Identifier: GPL-2.0-only
// What the numbers of a generated operation mean: which file, which pages, which process. Undefined is an operation that is not possible,
// or one on a page that memory_failure() has handled, of which the model says no more.

import { pick, type Picks } from './operation.ts';
import { settingPages } from './settings.ts';
import { pagesOf, type Block, type MappedFile, type World } from './world.ts';

/** Pages of a file in a row. */
export interface PagesTarget {
  file: string;
  page: number;
  pages: number;
  blocks: (Block | undefined)[];
}

/** A page of a mapping. */
export interface MappedTarget {
  process: MappedFile;
  page: number;
  block: Block | undefined;
  /** The file has become shorter than the mapping. */
  isPastEnd: boolean;
}

export function fileOf(world: World, { what }: Pick<Picks, 'what'>): string | undefined {
  return pick([...world.files.keys()], what);
}

/** One of the processes that are alive. */
export function processOf(world: World, { who }: Pick<Picks, 'who'>): MappedFile | undefined {
  return pick(
    world.processes.filter(({ alive }) => alive),
    who,
  );
}

/** At most `most` pages, and none past the end of the file. */
export function pagesTarget(world: World, picks: Picks, most = settingPages): PagesTarget | undefined {
  const file = fileOf(world, picks);
  if (file === undefined) return undefined;
  const page = picks.page % settingPages;
  const blocks = pagesOf(world, file).slice(page, page + 1 + (picks.pages % most));
  if (blocks.length === 0 || blocks.some((block) => block?.failed === true)) return undefined;
  return { file, page, pages: blocks.length, blocks };
}

export function mappedTarget(world: World, picks: Picks): MappedTarget | undefined {
  const process = processOf(world, picks);
  if (process === undefined) return undefined;
  const page = picks.page % settingPages;
  const pages = pagesOf(world, process.file);
  const block = pages[page];
  if (process.present[page] !== 'copy' && block?.failed === true) return undefined;
  return { process, page, block, isPastEnd: page >= pages.length };
}
