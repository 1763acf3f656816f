// SPDX-License-Identifier: GPL-2.0-only
// fsync(2) of a file: what is mapped stays mapped.

import type { Operation } from '../operation.ts';
import { fileOf } from '../targets.ts';
import { pagesOf } from '../world.ts';

export const fsync: Operation = {
  name: 'fsync',
  weight: 2,
  apply(world, picks) {
    const file = fileOf(world, picks);
    if (file === undefined || pagesOf(world, file).some((block) => block?.failed === true)) return undefined;
    return [{ fsync: file }];
  },
};
