// SPDX-License-Identifier: GPL-2.0-only
// Does the guest's clock run as fast as the host's? A kernel that calibrates its TSC while the host is busy can be wrong by a
// factor of 30, and then reports stalls that never were. Measured through the agent's uptime; and read from the kernel's log.

/** So much faster or slower than the host's a guest's clock may be, and so much more in milliseconds: it is rounded. */
const tolerance = 0.05;
const roundingMs = 20;

/** When the guest's clock was read, by the host's clock: not before `asked`, not after `heard`. Milliseconds. */
interface Reading {
  asked: number;
  heard: number;
  uptimeMs: number;
}

/** Compares a guest's clock with the host's, from one answer of the agent to the next. Pure: it is given the times. */
export class GuestClock {
  #first: Reading | undefined;
  #last: Reading | undefined;
  #tooFast: string | undefined;

  /** The agent answered a ping. */
  pinged(reading: Reading): void {
    this.#first ??= reading;
    this.#last = reading;
    this.#look(reading);
  }

  /** The agent told its uptime by itself: when it did is not known, only that it was before `heard`. */
  beat(heard: number, uptimeMs: number): void {
    this.#look({ asked: -Infinity, heard, uptimeMs });
  }

  /** The guest boots again: its uptime begins at 0. */
  restarted(): void {
    this.#first = undefined;
    this.#last = undefined;
  }

  /** What the guest's clock shows at a moment of the host's clock, from the last answer; milliseconds since its boot. */
  uptimeAt(now: number): number | undefined {
    return this.#last === undefined ? undefined : this.#last.uptimeMs + now - this.#last.heard;
  }

  /** What was measured, if the clock is certainly too fast; it stays so. A guest that was paused is not too slow for that. */
  get tooFast(): string | undefined {
    return this.#tooFast;
  }

  /** What was measured, if the clock is certainly too fast, or too slow; for a guest that was not paused meanwhile. */
  get wrong(): string | undefined {
    if (this.#tooFast !== undefined || this.#first === undefined || this.#last === undefined) return this.#tooFast;
    const [guest, host] = [this.#last.uptimeMs - this.#first.uptimeMs, this.#last.asked - this.#first.heard];
    return guest < host * (1 - tolerance) - roundingMs ? measured(guest, host) : undefined;
  }

  /** Host milliseconds over which the clock was compared. */
  get spanMs(): number {
    if (this.#first === undefined || this.#last === undefined) return 0;
    return Math.max(0, this.#last.asked - this.#first.heard);
  }

  #look({ heard, uptimeMs }: Reading): void {
    if (this.#first === undefined) return;
    const [guest, host] = [uptimeMs - this.#first.uptimeMs, heard - this.#first.asked];
    if (guest > host * (1 + tolerance) + roundingMs) this.#tooFast ??= measured(guest, host);
  }
}

function measured(guestMs: number, hostMs: number): string {
  const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
  const rate = hostMs > 0 ? ` (${(guestMs / hostMs).toFixed(1)} times the host's)` : '';
  return `the guest's clock is wrong: it went on by ${seconds(guestMs)} in ${seconds(hostMs)}${rate}`;
}

/** A kernel whose own log says that its TSC was not calibrated well. */
const complaints = [
  /tsc: .*PIT calibration deviates from/,
  /clocksource: .*Marking clocksource '\S*tsc\S*' as unstable/,
  /tsc: Marking TSC unstable due to/,
];
const frequencies = /tsc: (?:Detected|Refined TSC clocksource calibration:) (\d+\.\d+) MHz/;

/** The line of a kernel's log that shows that it has its TSC's frequency wrong. `khz`: what it should be, if that is known. */
export function clockComplaint(lines: readonly string[], khz?: number): string | undefined {
  const seen: number[] = khz === undefined ? [] : [khz / 1000];
  for (const line of lines) {
    if (complaints.some((complaint) => complaint.test(line))) return line;
    const mhz = Number(frequencies.exec(line)?.[1] ?? NaN);
    if (Number.isNaN(mhz)) continue;
    seen.push(mhz);
    if (Math.max(...seen) > Math.min(...seen) * (1 + tolerance)) return line;
  }
  return undefined;
}
