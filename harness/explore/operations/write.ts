// SPDX-License-Identifier: GPL-2.0-only
// pwrite(2) of whole pages: it clears bad blocks, fills holes, and gives a page that shares its block one of its own.

import { pick, type Operation } from '../operation.ts';
import { isShared, newBlock, pagesOf, replaceBlock } from '../world.ts';

export const write: Operation = {
  name: 'write',
  weight: 4,
  apply(world, picks) {
    const file = pick([...world.files.keys()], picks.what);
    if (file === undefined) return undefined;
    const all = pagesOf(world, file);
    const page = picks.page % Math.max(all.length, 1);
    const pages = 1 + (picks.pages % Math.max(all.length - page, 1));
    const wanted = all.slice(page, page + pages);
    if (wanted.length === 0 || wanted.some((block) => block?.failed === true)) return undefined;
    const direct = picks.who % 2 === 1 ? { direct: true } : {};
    // The copy on write reads the whole block, even if it will be overwritten (fs/dax.c:dax_iomap_copy_around).
    if (wanted.some((block) => block?.bad === true && isShared(world, block))) {
      return pages === 1 ? [{ write: { file, page, ...direct, returns: 'EIO' } }] : undefined;
    }
    for (const [index, block] of wanted.entries()) {
      if (block === undefined || isShared(world, block)) replaceBlock(world, file, page + index, newBlock());
      else block.bad = false;
    }
    return [{ write: { file, page, pages, ...direct } }];
  },
};
