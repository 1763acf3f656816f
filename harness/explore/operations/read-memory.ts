// SPDX-License-Identifier: GPL-2.0-only
// A read of mapped pages through /proc/PID/mem: it faults as the process would, and returns EIO where that would be signaled.

import type { Operation } from '../operation.ts';
import { mappedTarget } from '../targets.ts';
import { loadFrom } from '../world.ts';

export const readMemory: Operation = {
  name: 'read-memory',
  weight: 2,
  apply(world, picks) {
    const target = mappedTarget(world, picks);
    if (target === undefined) return undefined;
    const { process, page, isPastEnd } = target;
    const seen = isPastEnd ? 'bad' : loadFrom(world, process, page);
    if (seen === undefined) return undefined;
    return [{ 'read-memory': { processes: process.name, page, ...(seen === 'bad' ? { returns: 'EIO' } : {}) } }];
  },
};
