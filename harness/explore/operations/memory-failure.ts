// SPDX-License-Identifier: GPL-2.0-only
// memory_failure() on a page that one file has: it is taken from all who map it; who asked to be killed early is signaled
// (fs/xfs/xfs_notify_failure.c, mm/memory-failure.c:mf_dax_kill_procs). XFS on the namespace alone: neither ext4 nor
// device mapper finds out who maps a block, and without them the kernel needs a page that is mapped.

import type { Operation } from '../operation.ts';
import { pagesTarget } from '../targets.ts';
import { isShared, mappersOf } from '../world.ts';

export const memoryFailure: Operation = {
  name: 'memory-failure',
  weight: 1,
  apply(world, picks) {
    const { filesystem, device, namespace } = world.setting;
    if (filesystem !== 'xfs' || device !== namespace) return undefined;
    const target = pagesTarget(world, picks, 1);
    const block = target?.blocks[0];
    if (target === undefined || block === undefined || block.bad || isShared(world, block)) return undefined;
    const { file, page } = target;
    // From 6.16 on processes with copies are signaled (KB11).
    const mappers = mappersOf(world, file);
    if (mappers.some(({ present }) => present[page] === 'copy')) return undefined;
    // Whether it will be signaled is not known either.
    if (mappers.some(({ earlyKill, present }) => earlyKill && present[page] === 'unknown')) return undefined;
    block.failed = true;
    for (const process of mappers) {
      const wasMapped = process.present[page] === 'block';
      process.present[page] = undefined;
      if (process.earlyKill && wasMapped) process.signaled.push(page);
    }
    return [{ poison: { route: 'hwpoison', file, page } }];
  },
};
