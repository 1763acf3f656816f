// SPDX-License-Identifier: GPL-2.0-only
// Whole pages are zeroed by blocks that are not written yet, and read as zeros.

import type { Operation } from '../operation.ts';
import { pagesTarget } from '../targets.ts';
import { freePages } from '../world.ts';

export const zeroRange: Operation = {
  name: 'zero-range',
  weight: 1,
  apply(world, picks) {
    const target = pagesTarget(world, picks, 3);
    // ext4 may keep a block, bad as it is; then nobody knows what a later write meets.
    if (target === undefined || target.blocks.some((block) => block?.bad === true)) return undefined;
    const { file, page, pages } = target;
    freePages(world, file, page, pages);
    return [{ fallocate: { file, mode: 'zero-range', page, pages } }];
  },
};
