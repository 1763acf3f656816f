// SPDX-License-Identifier: GPL-2.0-only
// A load from a page of a mapping. A page that is present is read; else the fault maps it, unless it is bad.

import { addressError, busError } from '../bus-error.ts';
import type { Operation } from '../operation.ts';
import { mappedTarget } from '../targets.ts';
import { loadFrom } from '../world.ts';

export const load: Operation = {
  name: 'load',
  weight: 4,
  apply(world, picks) {
    const target = mappedTarget(world, picks);
    if (target === undefined) return undefined;
    const touch = { processes: target.process.name, page: target.page };
    if (target.isPastEnd) return addressError(touch);
    const seen = loadFrom(world, target.process, target.page);
    if (seen === undefined) return undefined;
    return seen === 'bad' ? busError(touch) : [{ touch }];
  },
};
