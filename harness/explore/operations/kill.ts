// SPDX-License-Identifier: GPL-2.0-only
// A process ends.

import type { Operation } from '../operation.ts';
import { processOf } from '../targets.ts';

export const kill: Operation = {
  name: 'kill',
  weight: 1,
  apply(world, picks) {
    const process = processOf(world, picks);
    if (process === undefined) return undefined;
    process.alive = false;
    return [{ kill: process.name }];
  },
};
