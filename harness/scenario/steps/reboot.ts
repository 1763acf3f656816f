// SPDX-License-Identifier: GPL-2.0-only
// reboot: resets the guest's machine inside the same QEMU. The content of RAM is lost (processes, mounts, device-mapper
// devices, bad blocks that only the kernel knew); the content of the NVDIMMs is not.

import { noArguments, stepKind } from '../step.ts';

export const reboot = stepKind({
  key: 'reboot',
  title: 'Reset the guest: processes and mounts are gone; `mount` mounts a filesystem again',
  example: 'reboot',
  acts: true,
  schema: noArguments,
  deadlineMs: 60_000,
  label: () => 'the guest',
  async run(_none, context) {
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
