// SPDX-License-Identifier: GPL-2.0-only
// Which lines of a series a guest has executed, with any accelerator: a breakpoint where each of them begins, which is met once
// (machine/one-shot.ts). KVM translates nothing that could be logged (recording.ts). What a guest executes before its modules are loaded is
// not recorded, nor is a module of the series that a scenario loads again.

import type { SeriesLines } from '../kernel/lines/series-lines.ts';
import { OneShots } from '../machine/one-shot.ts';
import { whilePaused } from '../machine/pause.ts';
import type { QemuHandle } from '../machine/qemu-handle.ts';
import { DeadlineExpired, GuestDied } from './guest-errors.ts';
import { askAddresses } from './images.ts';
import type { LiveGuest } from './live-guest.ts';
import type { Executed, Recorded, Recorder } from './recorder.ts';

/** The lines of a series, of a kernel for which it is known where breakpoints may stand. */
export type BreakableLines = SeriesLines & Required<Pick<SeriesLines, 'patched'>>;

export function isBreakable(lines: SeriesLines): lines is BreakableLines {
  return lines.patched !== undefined;
}

export class BreakpointRecording implements Recorder {
  readonly plan = undefined;
  readonly lines: BreakableLines;
  /** A breakpoint that is met stops the guest for less than 1 ms; under TCG each other instruction of its page is a block of its own. */
  readonly slowdown = 2;
  readonly pausesGuest = true;
  #addresses: Executed['addresses'];
  readonly #executed: Set<number>;
  #breakpoints: OneShots | undefined;
  /** The places whose breakpoint is at an address. */
  #placesAt = new Map<bigint, number[]>();

  private constructor(lines: BreakableLines, { addresses, places }: Executed) {
    this.lines = lines;
    this.#addresses = addresses;
    this.#executed = new Set(places);
  }

  /** Of a guest that boots or loads its modules: where they are is asked by `locate`. */
  static ofBoot(lines: BreakableLines): BreakpointRecording {
    return new BreakpointRecording(lines, { addresses: {}, places: [] });
  }

  /** Of a guest that goes on from a saved one. */
  static after(lines: BreakableLines, executed: Executed): BreakpointRecording {
    return new BreakpointRecording(lines, executed);
  }

  async arm(qemu: QemuHandle): Promise<void> {
    this.#placesAt = breakpointsOf(this.lines, this.#addresses, this.#executed);
    if (this.#placesAt.size === 0) return;
    this.#breakpoints ??= await OneShots.attach(qemu, (address) => {
      for (const place of this.#placesAt.get(address) ?? []) this.#executed.add(place);
    });
    await this.#breakpoints.add([...this.#placesAt.keys()]);
  }

  async locate(guest: LiveGuest): Promise<void> {
    this.#addresses = await askAddresses(guest, this.lines);
  }

  /** There is no log. */
  mark(): number {
    return 0;
  }

  /** It does not distinguish phases. */
  startPhase(): void {
    return;
  }

  /** It does not distinguish steps. */
  startStep(): void {
    return;
  }

  async resetting(guest: LiveGuest): Promise<void> {
    // After the reset other code is at these addresses.
    await this.#clear(guest);
  }

  async rebooted(guest: LiveGuest): Promise<void> {
    try {
      await this.locate(guest);
      await whilePaused(guest.qemu, () => this.arm(guest.qemu));
    } catch (error) {
      if (!(error instanceof GuestDied || error instanceof DeadlineExpired || guest.qemu.exit !== undefined))
        throw error;
    }
  }

  /** Under KVM they are in the guest's memory: none may be saved with it. */
  async settle(guest: LiveGuest): Promise<void> {
    await this.#clear(guest);
  }

  /** Nothing if the breakpoints have failed: what was executed is not known then. */
  recorded(): Promise<Recorded> {
    if (this.#breakpoints?.failed !== undefined) return Promise.resolve({});
    const places = [...this.#executed].sort((a, b) => a - b);
    return Promise.resolve({ lines: { addresses: this.#addresses, places } });
  }

  async #clear({ qemu }: LiveGuest): Promise<void> {
    const breakpoints = this.#breakpoints;
    if (breakpoints !== undefined) await whilePaused(qemu, () => breakpoints.clear());
  }
}

/** Where the breakpoints of those places stand that were not executed yet. Pure. */
export function breakpointsOf(
  { places, patched }: Pick<BreakableLines, 'places' | 'patched'>,
  addresses: Executed['addresses'],
  executed: ReadonlySet<number>,
): Map<bigint, number[]> {
  const instead = new Map(patched.map((one) => [one.place, one.instead]));
  const found = new Map<bigint, number[]>();
  for (const [index, { image, section, at }] of places.entries()) {
    if (executed.has(index)) continue;
    for (const one of instead.get(index) ?? [{ section, at }]) {
      const base = addresses[`${image} ${one.section}`];
      if (base === undefined) continue;
      const address = BigInt(base) + BigInt(one.at);
      found.set(address, [...(found.get(address) ?? []), index]);
    }
  }
  return found;
}
