// SPDX-License-Identifier: GPL-2.0-only
// Whole pages are zeroed by blocks that are not written yet: they read as zeros, and a bad block below them is no longer the file's.

import { settingPages } from '../settings.ts';
import { pick, type Operation } from '../operation.ts';
import { mayUnmap, pagesOf, replaceBlock } from '../world.ts';

export const zeroRange: Operation = {
  name: 'zero-range',
  weight: 1,
  apply(world, picks) {
    const file = pick([...world.files.keys()], picks.what);
    if (file === undefined) return undefined;
    const all = pagesOf(world, file);
    const page = picks.page % settingPages;
    const wanted = all.slice(page, page + 1 + (picks.pages % 3));
    const pages = wanted.length;
    // ext4 may keep the block, bad as it is; where it is written later nobody knows.
    if (wanted.length === 0 || wanted.some((block) => block?.failed === true || block?.bad === true)) return undefined;
    for (const index of wanted.keys()) replaceBlock(world, file, page + index, undefined);
    mayUnmap(world, file);
    return [{ fallocate: { file, mode: 'zero-range', page, pages } }];
  },
};
