// SPDX-License-Identifier: GPL-2.0-only
// ndctl inject-error in the guest: the platform's firmware stores the error (ARS Error Inject, function 7 of the root device's
// _DSM), notifies the kernel, and the kernel's scrub finds it. The poison stays in the NVDIMM until it is written over (Clear
// Uncorrectable Error) or taken back, and survives a rebind and a reboot
// (drivers/acpi/nfit/core.c:acpi_nfit_ars_rescan, 6.12).

import { z } from 'zod';
import { InfraError } from '../host/errors.ts';
import { sectorBytes } from '../host/page.ts';
import type { BoundGuest } from '../guest/live-guest.ts';
import { routeWithOptions, type Injection, type PoisonTarget } from './route.ts';
import { requireScrubbingBus, scrubsOf } from './scrub.ts';

/** Of one NVDIMM: INJECT_END of qemu/acpi/ars.asl. */
const mostInjected = 127;

export const ars = routeWithOptions({
  name: 'ars',
  title: 'ndctl inject-error: the firmware stores a media error and a scrub finds it',
  modules: ['nfit'],
  missing: ({ machine }) =>
    machine.firmware.some((name) => name === 'ars' || name === 'ars-few')
      ? undefined
      : `the firmware of machine ${machine.name} has no ars (qemu/${machine.name}.yaml)`,
  throughProcess: false,
  options: {
    notification: z
      .boolean()
      .prefault(true)
      .describe('The firmware notifies the kernel at once; otherwise the next scrub finds the error'),
  },
  inject,
  // One notification for all, after the last: a scrub is of all NVDIMMs.
  async injectAll(guest, targets, { notification }) {
    const how: string[] = [];
    for (const target of targets) how.push((await injectQuietly(guest, target)).how);
    const last = targets.at(-1);
    if (notification && last !== undefined) how.push(await notify(guest, last));
    return { how: how.join('; ') };
  },
  async unpoison(guest, target) {
    if (target.isNotData === true) throw new InfraError(`ndctl cannot take the error back from ${target.described}`);
    const taken = await ndctl(guest, target, ['--uninject', '--saturate']);
    // What the kernel has found stays in its lists until a scrub no longer finds it, or it is cleared.
    await runNdctl(guest, ['clear-errors', await namespaceOf(guest, target)]);
    return taken;
  },
});

async function inject(
  guest: BoundGuest,
  target: PoisonTarget,
  { notification }: { notification: boolean },
): Promise<Injection> {
  const { how } = await injectQuietly(guest, target);
  return { how: notification ? `${how}; ${await notify(guest, target)}` : how };
}

/** Through ndctl, as a person would, where ndctl can. */
async function injectQuietly(guest: BoundGuest, target: PoisonTarget): Promise<Injection> {
  if (target.isNotData !== true) return ndctl(guest, target, ['--no-notify', '--saturate']);
  await ask(guest, (await requireScrubbingBus(guest)).bus, target, false);
  return { how: `ARS Error Inject at 0x${target.physical.toString(16)}` };
}

/**
 * Has the firmware notify the kernel of a range that is injected, and waits for the scrub. ndctl without --no-notify does the
 * same, but notifies for each block, one scrub each, and sleeps between its looks (ndctl 76, ndctl/inject-error.c:ns_errors_to_json).
 */
async function notify(guest: BoundGuest, target: PoisonTarget): Promise<string> {
  const { bus, count } = await requireScrubbingBus(guest);
  await ask(guest, bus, target, true);
  // Without a scrub the list of bad blocks stays as it is, and the step that looks at it says so.
  const scrubbed = await guest.deadline.part(1 / 2).poll(async () => {
    const now = await scrubsOf(guest, bus);
    return now !== undefined && !now.isRunning && now.count > count;
  });
  return scrubbed ? 'notified' : 'notified, but no scrub followed';
}

/** ARS Error Inject. @throws InfraError when the firmware refuses */
async function ask(guest: BoundGuest, bus: number, { physical, length }: PoisonTarget, notify: boolean): Promise<void> {
  const request = { bus: `/dev/ndctl${bus}`, address: physical, length, notify };
  const { call = 'ioctl', error, status } = await guest.request('ars-inject', request);
  if (error !== undefined || status !== 0) {
    throw new InfraError(`ARS Error Inject: ${error === undefined ? `status ${status}` : `${call}: ${error}`}`);
  }
}

async function ndctl(guest: BoundGuest, target: PoisonTarget, more: string[]): Promise<Injection> {
  const { base, length } = target;
  const name = await namespaceOf(guest, target);
  const block = [`--block=${base.offset / sectorBytes}`, `--count=${length / sectorBytes}`];
  return { how: await runNdctl(guest, ['inject-error', name, ...block, ...more]) };
}

/** @throws InfraError when it fails: ndctl finds no device, or our firmware refuses. Neither is an answer of the kernel. */
async function runNdctl(guest: BoundGuest, args: string[]): Promise<string> {
  const argv = ['ndctl', ...args];
  const { exit, stderr } = await guest.request('run', { argv });
  const command = argv.join(' ');
  if (exit !== 0) {
    const hint = `${stderr.trim()}\nThe firmware holds ${mostInjected} injected ranges for each NVDIMM.`;
    throw new InfraError(`${command}: ${lastLine(stderr)}`, { hint });
  }
  return command;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

/** Prints name, address, size and holder of each namespace. One that has no size has no address. */
const listNamespaces =
  'cd /sys/bus/nd/devices; for n in namespace*; do echo $n $(cat $n/resource $n/size $n/holder 2>/dev/null); done';

/**
 * The namespace that a page is in, whatever device the kernel has made of it.
 * @throws InfraError when no driver has it: ndctl counts blocks from where the driver says that the data begins
 */
async function namespaceOf(guest: BoundGuest, { base: { device }, physical }: PoisonTarget): Promise<string> {
  const { data, error } = await guest.request('read', { path: `/sys/block/${device}/device/namespace` });
  if (error === undefined) return data.trim();
  const { stdout } = await guest.request('run', { argv: ['sh', '-c', listNamespaces] });
  const found = parseNamespaces(stdout).find(({ start, end }) => start <= physical && physical < end);
  if (found === undefined) throw new InfraError(`no namespace holds physical 0x${physical.toString(16)}`);
  if (found.holder !== undefined) await requireBound(guest, found.name, found.holder);
  return found.name;
}

interface FoundNamespace {
  name: string;
  /** Physical addresses. */
  start: number;
  end: number;
  /** The device that the kernel has made of it, such as pfn0.1. */
  holder: string | undefined;
}

function parseNamespaces(text: string): FoundNamespace[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', resource, size, holder] = line.split(' ');
    const [start, bytes] = [Number(resource), Number(size)];
    return Number.isSafeInteger(start) && bytes > 0 ? [{ name, start, end: start + bytes, holder }] : [];
  });
}

async function requireBound(guest: BoundGuest, name: string, holder: string): Promise<void> {
  const { exit } = await guest.request('run', { argv: ['test', '-e', `/sys/bus/nd/devices/${holder}/driver`] });
  if (exit !== 0) {
    throw new InfraError(`no driver has ${name}, so that ndctl cannot inject an error into it`, {
      hint: 'Inject the error before the unbind, or after the bind.',
    });
  }
}
