// SPDX-License-Identifier: GPL-2.0-only
// pwrite(2) of whole pages: it clears bad blocks, fills holes, and gives a page that shares its block one of its own.

import { direct, type Operation } from '../operation.ts';
import { pagesTarget } from '../targets.ts';
import { isShared, writeNewBlock } from '../world.ts';

export const write: Operation = {
  name: 'write',
  weight: 4,
  apply(world, picks) {
    const target = pagesTarget(world, picks);
    if (target === undefined) return undefined;
    const { file, page, pages, blocks } = target;
    // The copy on write reads the whole block, even if it will be overwritten (fs/dax.c:dax_iomap_copy_around).
    if (blocks.some((block) => block?.bad === true && isShared(world, block))) {
      return pages === 1 ? [{ write: { file, page, ...direct(picks), returns: 'EIO' } }] : undefined;
    }
    for (const [index, block] of blocks.entries()) {
      if (block === undefined || isShared(world, block)) writeNewBlock(world, file, page + index);
      else block.bad = false;
    }
    return [{ write: { file, page, pages, ...direct(picks) } }];
  },
};
