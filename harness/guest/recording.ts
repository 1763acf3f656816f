// SPDX-License-Identifier: GPL-2.0-only
// Which lines of a series a guest has executed. Under TCG QEMU logs the instructions that it translates (-d in_asm), within ranges of addresses
// (-dfilter) at no cost that can be measured. What is translated is executed: of some 480,000 instructions none was not. The log is
// line-buffered, so it is whole when QEMU is killed.

import { rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { z } from 'zod';
import type { SeriesLines } from '../kernel/lines/series-lines.ts';
import type { RecordPlan } from '../machine/argv.ts';
import { DeadlineExpired, GuestDied } from './guest-errors.ts';
import type { LiveGuest } from './live-guest.ts';

/** What was executed until a guest was saved, and where its images are. */
export const executedSchema = z.strictObject({
  /** `IMAGE SECTION` to the address of the section. What is not loaded is missing. */
  addresses: z.record(z.string(), z.string().regex(/^0x[0-9a-f]+$/)),
  /** Indexes in `places` of the series' lines, in order. */
  places: z.array(z.int()),
});

export type Executed = z.output<typeof executedSchema>;

/** Everything that is the kernel's: text and modules (Documentation/arch/x86/x86_64/mm.rst). */
const wholeKernel: RecordPlan['ranges'] = [[0xffff_ffff_8000_0000n, 0xffff_ffff_ffff_ffffn]];

const askMs = 60_000;

/** The log of one QEMU. */
export class Recording {
  readonly plan: RecordPlan;
  readonly lines: SeriesLines;
  /** From which byte of the log on which addresses hold. */
  readonly #parts: { from: number; addresses: Executed['addresses'] }[];
  readonly #before: readonly number[];

  private constructor(
    lines: SeriesLines,
    plan: RecordPlan,
    addresses: Executed['addresses'],
    before: readonly number[],
  ) {
    this.lines = lines;
    this.plan = plan;
    this.#parts = [{ from: 0, addresses }];
    this.#before = before;
  }

  /** Of a guest that boots or loads its modules: where they are is asked by `locate`. */
  static ofBoot(lines: SeriesLines, file: string): Recording {
    return new Recording(lines, { file, ranges: wholeKernel }, {}, []);
  }

  /** Of a guest that goes on from a saved one. `reboots`: it will be reset, and its images will be elsewhere then. */
  static after(lines: SeriesLines, executed: Executed, file: string, reboots = false): Recording {
    const { addresses, places } = executed;
    const ranges = reboots ? wholeKernel : rangesOf(lines, addresses);
    return new Recording(lines, { file, ranges }, addresses, places);
  }

  /** Asks the guest, which has booted and loaded its modules, where its images are. @throws GuestDied, DeadlineExpired, InfraError */
  async locate(guest: LiveGuest): Promise<void> {
    this.#parts[0] = { from: 0, addresses: await askAddresses(guest, this.lines) };
  }

  /** How much of the log there is, in bytes. */
  mark(): number {
    return statSync(this.plan.file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** The guest was reset after `mark` had returned `from`: its images are elsewhere since then. What ends meanwhile executes no more. */
  async rebooted(guest: LiveGuest, from: number): Promise<void> {
    const addresses = await askAddresses(guest, this.lines).catch((error: unknown) => {
      if (error instanceof GuestDied || error instanceof DeadlineExpired) return {};
      throw error;
    });
    this.#parts.push({ from, addresses });
  }

  /** What was executed until now, what the saved guest had executed included. Removes the log. */
  async take(): Promise<Executed> {
    const places = new Set(this.#before);
    for (const [index, { from, addresses }] of this.#parts.entries()) {
      const wanted = placesByAddress(this.lines, addresses);
      for await (const address of addressesIn(this.plan.file, from, this.#parts[index + 1]?.from)) {
        for (const place of wanted.get(address) ?? []) places.add(place);
      }
    }
    rmSync(this.plan.file, { force: true });
    return { addresses: this.#parts.at(-1)?.addresses ?? {}, places: [...places].sort((a, b) => a - b) };
  }
}

/** Where the images of a series' lines are. @throws GuestDied, DeadlineExpired, InfraError */
async function askAddresses(guest: LiveGuest, lines: SeriesLines): Promise<Executed['addresses']> {
  const addresses: Executed['addresses'] = {};
  const sections = new Set(lines.functions.map(({ image, section }) => `${image} ${section}`));
  for (const key of sections) {
    const [image = '', section = ''] = key.split(' ');
    const found = image === 'vmlinux' ? await askText(guest) : await askSection(guest, image, section);
    if (found !== undefined) addresses[key] = found;
  }
  return addresses;
}

/** The address of the kernel's text (arch/x86/kernel/vmlinux.lds.S: _text is where .text begins). */
async function askText(guest: LiveGuest): Promise<string | undefined> {
  const argv = ['grep', '-m1', '-w', '_text', '/proc/kallsyms'];
  const { stdout } = await guest.request('run', { argv }, { withinMs: askMs });
  return normal(stdout.split(' ')[0] ?? '');
}

/** The address of a module's section, as the kernel has loaded it (kernel/module/sysfs.c). */
async function askSection(guest: LiveGuest, image: string, section: string): Promise<string | undefined> {
  const path = `/sys/module/${image}/sections/${section}`;
  const { data } = await guest.request('read', { path }, { withinMs: askMs });
  return normal(data.trim());
}

function normal(hex: string): string | undefined {
  return /^(?:0x)?[0-9a-f]{8,16}$/.test(hex) ? `0x${BigInt(`0x${hex.replace(/^0x/, '')}`).toString(16)}` : undefined;
}

/** The addresses of whole functions: QEMU looks at where a block begins. */
export function rangesOf({ functions }: SeriesLines, addresses: Executed['addresses']): RecordPlan['ranges'] {
  return functions.flatMap(({ image, section, start, end }): [bigint, bigint][] => {
    const base = addresses[`${image} ${section}`];
    return base === undefined ? [] : [[BigInt(base) + BigInt(start), BigInt(base) + BigInt(end) - 1n]];
  });
}

/** Which places are at an address, written as QEMU writes it. */
function placesByAddress({ places }: SeriesLines, addresses: Executed['addresses']): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [index, { image, section, at }] of places.entries()) {
    const base = addresses[`${image} ${section}`];
    if (base === undefined) continue;
    const address = `0x${(BigInt(base) + BigInt(at)).toString(16)}`;
    found.set(address, [...(found.get(address) ?? []), index]);
  }
  return found;
}

/** The addresses of the instructions in a part of a log. */
async function* addressesIn(file: string, start: number, end: number | undefined): AsyncGenerator<string> {
  const isThere = statSync(file, { throwIfNoEntry: false }) !== undefined;
  if (!isThere || end === start) return;
  const handle = await open(file);
  try {
    const range = end === undefined ? { start } : { start, end: end - 1 };
    for await (const line of handle.readLines({ ...range, encoding: 'latin1' })) {
      const colon = line.startsWith('0x') ? line.indexOf(':') : -1;
      if (colon > 0) yield line.slice(0, colon);
    }
  } finally {
    await handle.close();
  }
}
