// SPDX-License-Identifier: GPL-2.0-only
// A hole instead of whole pages: their blocks are free, and no process has them mapped; copies of processes stay.

import type { Operation } from '../operation.ts';
import { pagesTarget } from '../targets.ts';
import { freePages } from '../world.ts';

export const punchHole: Operation = {
  name: 'punch-hole',
  weight: 2,
  apply(world, picks) {
    const target = pagesTarget(world, picks, 3);
    if (target === undefined) return undefined;
    const { file, page, pages } = target;
    freePages(world, file, page, pages);
    return [{ fallocate: { file, mode: 'punch-hole', page, pages } }];
  },
};
