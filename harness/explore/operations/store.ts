// SPDX-License-Identifier: GPL-2.0-only
// A store to a page of a mapping. A shared one changes the file: it fills a hole, and gives the page a block of its own where the block
// is shared. A private one gets a copy.

import { settingPages } from '../settings.ts';
import { pick, type Operation } from '../operation.ts';
import { busError } from '../bus-error.ts';
import { isShared, pagesOf, writeNewBlock } from '../world.ts';

export const store: Operation = {
  name: 'store',
  weight: 4,
  apply(world, picks) {
    const process = pick(
      world.processes.filter(({ alive }) => alive),
      picks.who,
    );
    if (process === undefined) return undefined;
    const page = picks.page % settingPages;
    const pages = pagesOf(world, process.file);
    const block = pages[page];
    const touch = { processes: process.name, page, access: 'store' };
    if (page >= pages.length) {
      return [{ touch: { ...touch, expect: { code: 'BUS_ADRERR', address: 'exact' } } }];
    }
    const present = process.present[page];
    if (present !== 'copy') {
      if (block?.failed === true) return undefined;
      if (block?.bad === true) {
        // Present and writable, or present and not? The model does not follow that.
        if (present !== undefined) return undefined;
        // The copy on write reads the block, and its EIO is not the errno of poison (fs/dax.c:dax_iomap_copy_around).
        if (process.mode === 'shared' && isShared(world, block)) {
          return [{ touch: { ...touch, expect: { code: 'BUS_ADRERR', address: 'exact' } } }];
        }
        return busError(process.name, page, 'store');
      }
    }
    if (process.mode === 'private') process.present[page] = 'copy';
    else {
      if (block === undefined || isShared(world, block)) writeNewBlock(world, process.file, page);
      process.present[page] = 'block';
    }
    return [{ touch }];
  },
};
