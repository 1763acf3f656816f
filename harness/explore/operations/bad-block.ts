// SPDX-License-Identifier: GPL-2.0-only
// A page gets a bad block. Pages that are mapped stay mapped: only a new access of the kernel looks at the list.

import type { Operation } from '../operation.ts';
import { pagesTarget } from '../targets.ts';

export const badBlock: Operation = {
  name: 'bad-block',
  weight: 4,
  apply(world, picks) {
    const target = pagesTarget(world, picks, 1);
    const block = target?.blocks[0];
    if (target === undefined || block === undefined || block.bad) return undefined;
    const { file, page } = target;
    block.bad = true;
    return [{ poison: { route: 'badblocks', file, page } }];
  },
};
