// SPDX-License-Identifier: GPL-2.0-only
// A page gets a bad block. Pages that are mapped stay mapped: only a new access of the kernel looks at the list.

import { settingPages } from '../settings.ts';
import { pick, type Operation } from '../operation.ts';
import { pagesOf } from '../world.ts';

export const badBlock: Operation = {
  name: 'bad-block',
  weight: 4,
  apply(world, picks) {
    const file = pick([...world.files.keys()], picks.what);
    if (file === undefined) return undefined;
    const pages = pagesOf(world, file);
    const page = picks.page % settingPages;
    const block = pages[page];
    if (block === undefined || block.bad || block.failed) return undefined;
    block.bad = true;
    return [{ poison: { route: 'badblocks', file, page } }];
  },
};
