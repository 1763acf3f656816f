// SPDX-License-Identifier: GPL-2.0-only
// ndctl inject-error in the guest: the platform's firmware stores the error (ARS Error Inject, function 7 of the root device's
// _DSM), notifies the kernel, and the kernel's scrub finds it. The poison stays in the NVDIMM until it is written over (Clear
// Uncorrectable Error) or taken back, and survives a rebind and a reboot
// (drivers/acpi/nfit/core.c:acpi_nfit_ars_rescan, 6.12).

import { z } from 'zod';
import { sectorBytes } from '../host/page.ts';
import type { BoundGuest } from '../guest/live-guest.ts';
import { routeWithOptions, type Injection, type PoisonTarget } from './route.ts';

export const ars = routeWithOptions({
  name: 'ars',
  title: 'ndctl inject-error: the firmware stores a media error and a scrub finds it',
  modules: ['nfit'],
  missing: ({ machine }) =>
    machine.firmware.includes('ars')
      ? undefined
      : `the firmware of machine ${machine.name} has no ars (qemu/${machine.name}.yaml)`,
  throughProcess: false,
  options: {
    notification: z
      .boolean()
      .prefault(true)
      .describe('The firmware notifies the kernel at once; otherwise the next scrub finds the error'),
  },
  async inject(guest, target, { notification }) {
    const more = notification ? [] : ['--no-notify'];
    return ndctl(guest, target, [...more, '--saturate']);
  },
  async unpoison(guest, target) {
    const taken = await ndctl(guest, target, ['--uninject', '--saturate']);
    if (taken.error !== undefined) return taken;
    // What the kernel has found stays in its lists until a scrub no longer finds it, or it is cleared.
    const name = await namespaceOf(guest, target.base.device);
    const bus = await guest.request('run', { argv: ['ndctl', 'clear-errors', name] });
    return bus.exit === 0 ? taken : { error: 'EIO', how: `${taken.how}; ndctl clear-errors: ${bus.stderr.trim()}` };
  },
});

async function ndctl(guest: BoundGuest, { base, length }: PoisonTarget, more: string[]): Promise<Injection> {
  const name = await namespaceOf(guest, base.device);
  const block = [`--block=${base.offset / sectorBytes}`, `--count=${length / sectorBytes}`];
  const argv = ['ndctl', 'inject-error', name, ...block, ...more];
  const { exit, stderr } = await guest.request('run', { argv });
  const how = argv.join(' ');
  return exit === 0 ? { how } : { how: `${how}: ${stderr.trim()}`, error: 'EIO' };
}

/** The namespace of a block device; in fsdax mode a pfn device is between the two. */
async function namespaceOf(guest: BoundGuest, device: string): Promise<string> {
  const { data, error } = await guest.request('read', { path: `/sys/block/${device}/device/namespace` });
  if (error === undefined) return data.trim();
  const { stdout } = await guest.request('run', { argv: ['realpath', `/sys/block/${device}/device`] });
  return stdout.trim().split('/').at(-1) ?? device;
}
