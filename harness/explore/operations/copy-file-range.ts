// SPDX-License-Identifier: GPL-2.0-only
// copy_file_range(2) of a page within a file or to another one. With shared extents the target gets the same block, bad or not; without
// them the data is read and written.

import { settingPages } from '../settings.ts';
import { pick, type Operation } from '../operation.ts';
import { isShared, mayUnmap, pagesOf, replaceBlock, writeNewBlock } from '../world.ts';

export const copyFileRange: Operation = {
  name: 'copy-file-range',
  weight: 2,
  apply(world, picks) {
    const files = [...world.files.keys()];
    const file = pick(files, picks.what);
    const target = pick(files, picks.who);
    if (file === undefined || target === undefined) return undefined;
    const page = picks.page % settingPages;
    const targetPage = picks.pages % settingPages;
    if (page >= pagesOf(world, file).length || targetPage >= pagesOf(world, target).length) return undefined;
    const block = pagesOf(world, file)[page];
    const former = pagesOf(world, target)[targetPage];
    // Within a file the two must not be the same page.
    if (file === target && page === targetPage) return undefined;
    if (block?.failed === true || former?.failed === true) return undefined;
    const step = { file, page, target, 'target-page': targetPage };
    if (world.setting.sharesExtents) {
      replaceBlock(world, target, targetPage, block);
      mayUnmap(world, file);
      mayUnmap(world, target);
      return [{ 'copy-file-range': step }];
    }
    if (block?.bad === true) return [{ 'copy-file-range': { ...step, returns: 'EIO' } }];
    if (former === undefined || isShared(world, former)) writeNewBlock(world, target, targetPage);
    else former.bad = false;
    return [{ 'copy-file-range': step }];
  },
};
