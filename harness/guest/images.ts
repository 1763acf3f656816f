// SPDX-License-Identifier: GPL-2.0-only
// Where the code of a guest's kernel is: its image and the sections of its modules. Both differ from boot to boot.

import type { SeriesLines } from '../kernel/lines/series-lines.ts';
import type { LiveGuest } from './live-guest.ts';

const askMs = 60_000;

/** `IMAGE SECTION` to the address of the section. What is not loaded is missing. */
export type Addresses = Record<string, string>;

/** The address of the kernel's text (arch/x86/kernel/vmlinux.lds.S: _text is where .text begins). @throws GuestDied, DeadlineExpired, InfraError */
async function askText(guest: LiveGuest): Promise<string | undefined> {
  const argv = ['grep', '-m1', '-w', '_text', '/proc/kallsyms'];
  const { stdout } = await guest.request('run', { argv }, { withinMs: askMs });
  return normalAddress(stdout.split(' ')[0] ?? '');
}

/** Where the images of a series' lines are. @throws GuestDied, DeadlineExpired, InfraError */
export async function askAddresses(guest: LiveGuest, lines: SeriesLines): Promise<Addresses> {
  const addresses: Addresses = {};
  const instead = (lines.patched ?? []).flatMap(({ place, instead }) =>
    instead.map(({ section }) => ({ image: lines.places[place]?.image ?? '', section })),
  );
  const sections = new Set([...lines.functions, ...instead].map(({ image, section }) => `${image} ${section}`));
  for (const key of sections) {
    const [image = '', section = ''] = key.split(' ');
    const found = image === 'vmlinux' ? await askText(guest) : await askSection(guest, image, section);
    if (found !== undefined) addresses[key] = found;
  }
  return addresses;
}

/** The address of a module's section, as the kernel has loaded it (kernel/module/sysfs.c). @throws GuestDied, DeadlineExpired, InfraError */
async function askSection(guest: LiveGuest, image: string, section: string): Promise<string | undefined> {
  const path = `/sys/module/${image}/sections/${section}`;
  const { data } = await guest.request('read', { path }, { withinMs: askMs });
  return normalAddress(data.trim());
}

/**
 * Where all code is that may still run. The code that initialized a module is freed, and other code may be loaded at its address.
 * @throws GuestDied, DeadlineExpired, InfraError
 */
export async function askAllCode(guest: LiveGuest): Promise<Addresses> {
  const text = await askText(guest);
  const argv = ['grep', '-rH', '--include=.*text*', '0x', '/sys/module'];
  const { stdout } = await guest.request('run', { argv }, { withinMs: askMs });
  return { ...(text === undefined ? {} : { 'vmlinux .text': text }), ...readSections(stdout) };
}

/** Reads what grep prints of /sys/module. Pure. */
function readSections(text: string): Addresses {
  const addresses: Addresses = {};
  for (const line of text.split('\n')) {
    const [, module = '', section = '', hex = ''] =
      /^\/sys\/module\/([^/]+)\/sections\/([^:]+):(\S+)$/.exec(line) ?? [];
    const address = normalAddress(hex);
    if (address !== undefined && !section.startsWith('.init')) addresses[`${module} ${section}`] = address;
  }
  return addresses;
}

/** The names of the modules that are loaded. @throws GuestDied, DeadlineExpired, InfraError */
export async function askModules(guest: LiveGuest): Promise<string[]> {
  const { data } = await guest.request('read', { path: '/proc/modules' }, { withinMs: askMs });
  return data
    .split('\n')
    .flatMap((line) => line.split(' ', 1))
    .filter(Boolean);
}

function normalAddress(hex: string): string | undefined {
  return /^(?:0x)?[0-9a-f]{8,16}$/.test(hex) ? `0x${BigInt(`0x${hex.replace(/^0x/, '')}`).toString(16)}` : undefined;
}
