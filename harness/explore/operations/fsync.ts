// SPDX-License-Identifier: GPL-2.0-only
// fsync(2) of a file: what is mapped stays mapped.

import { pick, type Operation } from '../operation.ts';
import { pagesOf } from '../world.ts';

export const fsync: Operation = {
  name: 'fsync',
  weight: 2,
  apply(world, picks) {
    const file = pick([...world.files.keys()], picks.what);
    if (file === undefined || pagesOf(world, file).some((block) => block?.failed === true)) return undefined;
    return [{ fsync: file }];
  },
};
