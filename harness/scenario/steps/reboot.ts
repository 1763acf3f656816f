// SPDX-License-Identifier: GPL-2.0-only
// reboot: resets the guest's machine. What was in RAM is gone (processes, mounts, device-mapper devices, what only the
// kernel knew of bad blocks), what the NVDIMMs hold is not.

import { z } from 'zod';
import { stepKind } from '../step.ts';

export const reboot = stepKind({
  key: 'reboot',
  title: 'Reset the guest; filesystems are mounted again with `mount`, processes are gone',
  example: 'reboot: warm',
  acts: true,
  schema: z.literal('warm').describe('A reset inside the same QEMU'),
  withinMs: 60_000,
  label: (how) => how,
  async run(_how, context) {
    const started = performance.now();
    await context.guest.reboot();
    context.mounted.clear();
    const { failed } = await context.guest.request('modprobe', { modules: [...context.modules] });
    const [first] = failed;
    if (first !== undefined)
      return { ok: false, wanted: 'every module is loaded again', seen: `${first.module}: ${first.error}` };
    return { ok: true, seen: `up again after ${((performance.now() - started) / 1000).toFixed(1)} s` };
  },
});
