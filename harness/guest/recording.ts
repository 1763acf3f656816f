// SPDX-License-Identifier: GPL-2.0-only
// Which lines of a series a guest has executed. Under TCG QEMU logs the instructions that it translates (-d in_asm), within ranges of addresses
// (-dfilter) at no cost that can be measured. What is translated is executed: of some 480,000 instructions none was not. The log is
// line-buffered, so it is whole when QEMU is killed.

import { rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { SeriesLines } from '../kernel/lines/series-lines.ts';
import type { RecordPlan } from '../machine/argv.ts';
import { DeadlineExpired, GuestDied } from './guest-errors.ts';
import { askAddresses } from './images.ts';
import type { LiveGuest } from './live-guest.ts';
import type { Executed, Recorded, Recorder } from './recorder.ts';

/** Everything that is the kernel's: text and modules (Documentation/arch/x86/x86_64/mm.rst). */
export const wholeKernel: RecordPlan['ranges'] = [[0xffff_ffff_8000_0000n, 0xffff_ffff_ffff_ffffn]];

/** The log of one QEMU. */
export class Recording implements Recorder {
  readonly plan: RecordPlan;
  readonly lines: SeriesLines;
  readonly slowdown = 1;
  readonly pausesGuest = false;
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

  /** QEMU has the log from its start on. */
  arm(): Promise<void> {
    return Promise.resolve();
  }

  /** The log goes on. */
  resetting(): Promise<void> {
    return Promise.resolve();
  }

  /** It does not distinguish phases. */
  startPhase(): void {
    return;
  }

  /** It does not distinguish steps. */
  startStep(): void {
    return;
  }

  /** The modules of a series are loaded at boot. */
  settle(): Promise<void> {
    return Promise.resolve();
  }

  /** The guest was reset after `mark` had returned `from`: its images are elsewhere since then. What ends meanwhile executes no more. */
  async rebooted(guest: LiveGuest, from: number): Promise<void> {
    const addresses = await askAddresses(guest, this.lines).catch((error: unknown) => {
      if (error instanceof GuestDied || error instanceof DeadlineExpired) return {};
      throw error;
    });
    this.#parts.push({ from, addresses });
  }

  async recorded(): Promise<Recorded & { lines: Executed }> {
    const places = new Set(this.#before);
    for (const [index, { from, addresses }] of this.#parts.entries()) {
      const wanted = placesByAddress(this.lines, addresses);
      for await (const address of addressesIn(this.plan.file, from, this.#parts[index + 1]?.from)) {
        for (const place of wanted.get(address) ?? []) places.add(place);
      }
    }
    rmSync(this.plan.file, { force: true });
    const { addresses = {} } = this.#parts.at(-1) ?? {};
    return { lines: { addresses, places: [...places].sort((a, b) => a - b) } };
  }
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
