// SPDX-License-Identifier: GPL-2.0-only
// memory_failure() on a page: it is taken from all who map it, through any file that has its block; who asked to be killed early is
// signaled (fs/xfs/xfs_notify_failure.c, mm/memory-failure.c:mf_dax_kill_procs). XFS on the namespace alone: neither ext4 nor
// device mapper finds out who maps a block, and without them the kernel needs a page that is mapped.

import { settingPages } from '../settings.ts';
import { pick, type Operation } from '../operation.ts';
import { isShared, pagesOf } from '../world.ts';

export const memoryFailure: Operation = {
  name: 'memory-failure',
  weight: 1,
  apply(world, picks) {
    const { filesystem, device, namespace } = world.setting;
    if (filesystem !== 'xfs' || device !== namespace) return undefined;
    const file = pick([...world.files.keys()], picks.what);
    if (file === undefined) return undefined;
    const pages = pagesOf(world, file);
    const page = picks.page % settingPages;
    const block = pages[page];
    if (block === undefined || block.bad || block.failed || isShared(world, block)) return undefined;
    // From 6.16 on processes with copies are signaled (KB11).
    const mappers = world.processes.filter((one) => one.alive && one.file === file);
    if (mappers.some(({ present }) => present[page] === 'copy')) return undefined;
    // Whether it will be signaled is not known either.
    if (mappers.some(({ earlyKill, present }) => earlyKill && present[page] === 'unknown')) return undefined;
    block.failed = true;
    for (const process of mappers) {
      const wasMapped = process.present[page] === 'block';
      process.present[page] = undefined;
      if (process.earlyKill && wasMapped) process.signals.push({ code: 'BUS_MCEERR_AO', page });
    }
    return [{ poison: { route: 'hwpoison', file, page } }];
  },
};
