// SPDX-License-Identifier: GPL-2.0-only
// pwrite(2) of whole pages: it clears bad blocks, fills holes, and gives a page that shares its block one of its own.

import { settingPages } from '../settings.ts';
import { pick, type Operation } from '../operation.ts';
import { isShared, pagesOf, writeNewBlock } from '../world.ts';

export const write: Operation = {
  name: 'write',
  weight: 4,
  apply(world, picks) {
    const file = pick([...world.files.keys()], picks.what);
    if (file === undefined) return undefined;
    const all = pagesOf(world, file);
    const page = picks.page % settingPages;
    const wanted = all.slice(page, page + 1 + (picks.pages % settingPages));
    const pages = wanted.length;
    if (wanted.length === 0 || wanted.some((block) => block?.failed === true)) return undefined;
    const direct = picks.who % 2 === 1 ? { direct: true } : {};
    // The copy on write reads the whole block, even if it will be overwritten (fs/dax.c:dax_iomap_copy_around).
    if (wanted.some((block) => block?.bad === true && isShared(world, block))) {
      return pages === 1 ? [{ write: { file, page, ...direct, returns: 'EIO' } }] : undefined;
    }
    for (const [index, block] of wanted.entries()) {
      if (block === undefined || isShared(world, block)) writeNewBlock(world, file, page + index);
      else block.bad = false;
    }
    return [{ write: { file, page, pages, ...direct } }];
  },
};
