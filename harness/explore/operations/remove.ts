// SPDX-License-Identifier: GPL-2.0-only
// The device is removed below its filesystem, and comes back: XFS signals all who map a page of it and unmaps the pages
// (MF_MEM_PRE_REMOVE), and all that was synced is there again. Bad blocks that no firmware knows are forgotten.

import type { Operation, Step } from '../operation.ts';
import { pagesOf } from '../world.ts';
import { killAll } from './remount.ts';

export const remove: Operation = {
  name: 'remove',
  weight: 1,
  apply(world) {
    const { setting } = world;
    const blocks = [...world.files.keys()].flatMap((file) => pagesOf(world, file));
    // A device-mapper device keeps the namespace open; ext4 signals nobody.
    if (setting.device !== setting.namespace || setting.filesystem !== 'xfs') return undefined;
    if (blocks.some((block) => block?.failed === true)) return undefined;
    const steps: Step[] = [...world.files.keys()].map((file) => ({ fsync: file }));
    steps.push({ unbind: setting.namespace });
    for (const process of world.processes.filter(({ alive }) => alive)) {
      // Copies: from 6.16 on their owners are signaled (KB11).
      if (process.mode === 'private' || process.signaled.length > 0) continue;
      const { name: processes, present } = process;
      if (present.includes('block')) {
        steps.push({ signals: { processes, code: 'BUS_MCEERR_AO', address: 'mapped', lsb: 12 } });
      } else if (!present.includes('unknown')) steps.push({ signals: { processes, expect: 'none' } });
      // A zero page is not of the device.
      if (!present.includes('zeros') && !present.includes('unknown')) {
        steps.push({ mappings: { processes, expect: 'none' } });
      }
    }
    steps.push({ filesystem: { mount: setting.mount, expect: 'shut down' } }, ...killAll(world.processes));
    for (const block of blocks) if (block !== undefined) block.bad = false;
    world.lostBadBlock = false;
    return [...steps, { unmount: setting.mount }, { bind: setting.namespace }, { mount: setting.mount }];
  },
};
