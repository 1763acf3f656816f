// SPDX-License-Identifier: GPL-2.0-only
// A store to a page of a mapping. A shared one changes the file: it fills a hole, and gives the page a block of its own where the block
// is shared. A private one gets a copy.

import { addressError, busError } from '../bus-error.ts';
import type { Operation } from '../operation.ts';
import { mappedTarget } from '../targets.ts';
import { isShared, writeNewBlock } from '../world.ts';

export const store: Operation = {
  name: 'store',
  weight: 4,
  apply(world, picks) {
    const target = mappedTarget(world, picks);
    if (target === undefined) return undefined;
    const { process, page, block } = target;
    const touch = { processes: process.name, page, access: 'store' };
    if (target.isPastEnd) return addressError(touch);
    const present = process.present[page];
    if (present !== 'copy' && block?.bad === true) {
      // Present and writable, or present and not? The model does not follow that.
      if (present !== undefined) return undefined;
      // The copy on write reads the block, and its EIO is not the errno of poison (fs/dax.c:dax_iomap_copy_around).
      return process.mode === 'shared' && isShared(world, block) ? addressError(touch) : busError(touch);
    }
    if (process.mode === 'private') process.present[page] = 'copy';
    else {
      if (block === undefined || isShared(world, block)) writeNewBlock(world, process.file, page);
      process.present[page] = 'block';
    }
    return [{ touch }];
  },
};
