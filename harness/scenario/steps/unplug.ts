// SPDX-License-Identifier: GPL-2.0-only
// unplug: takes a CXL device out, whatever uses it: through its slot, as a person does who presses the button next to it
// (drivers/pci/hotplug/pciehp_ctrl.c:pciehp_handle_button_press, 6.12), or from PCI's list of devices by sysfs
// (drivers/pci/pci-sysfs.c:remove_store).

import { z } from 'zod';
import { DeadlineExpired } from '../../guest/guest-errors.ts';
import { writeUnlessLivelock } from '../../guest/livelock.ts';
import { orGuestDied } from '../../guest/or-guest-died.ts';
import { memdevKey } from '../keys.ts';
import { memdevOf } from '../memdev.ts';
import { stepKind } from '../step.ts';

/** Between two looks whether it is gone, milliseconds. */
const lookMs = 100;

const schema = z.strictObject({
  memdev: memdevKey,
  by: z
    .enum(['slot', 'sysfs'])
    .prefault('slot')
    .describe('slot: the button of its slot, which the kernel obeys after 5 s; sysfs: its file `remove`'),
});

export const unplug = stepKind({
  key: 'unplug',
  title: 'Take a CXL device out of the machine while it is used',
  example: 'unplug: {memdev: mem0}',
  acts: true,
  schema,
  deadlineMs: 20_000,
  names: ({ memdev }) => ({ memdevs: [memdev] }),
  label: ({ memdev, by }) => `${memdev} by its ${by}`,
  async run({ memdev, by }, context) {
    const { guest } = context;
    const { pci, id } = await memdevOf(memdev, context);
    const started = guest.now();
    if (by === 'sysfs') {
      const path = `/sys/bus/pci/devices/${pci}/remove`;
      const { error } = await writeUnlessLivelock(guest, { path, data: '1' });
      if (error !== undefined)
        return { ok: false, wanted: `${memdev} is removed`, seen: `the write to ${path} returned ${error}` };
    } else {
      await orGuestDied(guest.qemu, async () => {
        await guest.qemu.qmp.execute('device_del', { id });
        // QEMU reports no DEVICE_DELETED as long as its memory is mapped somewhere, which it is after a region was there (11.1).
        const isGone = async (): Promise<boolean> => !(await guest.qemu.qmp.monitor('info pci')).includes(`id "${id}"`);
        // A kernel that does not switch the slot off hangs.
        if (!(await guest.deadline.poll(isGone, lookMs))) throw new DeadlineExpired(guest.deadline.limitMs, []);
      });
    }
    return { ok: true, seen: `${memdev} (${pci}) is gone after ${Math.round(guest.now() - started)} ms` };
  },
});
