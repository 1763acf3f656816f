// SPDX-License-Identifier: GPL-2.0-only
// What records the code that a guest executes: the lines of a series (recording.ts), or its whole kernel (kernel-recording.ts).

import { z } from 'zod';
import type { ExecutedKernel } from '../kernel/executed/executed-file.ts';
import type { SeriesLines } from '../kernel/lines/series-lines.ts';
import type { RecordPlan } from '../machine/argv.ts';
import type { LiveGuest } from './live-guest.ts';

/** What was executed until a guest was saved, and where its images are. */
export const executedSchema = z.strictObject({
  /** `IMAGE SECTION` to the address of the section. What is not loaded is missing. */
  addresses: z.record(z.string(), z.string().regex(/^0x[0-9a-f]+$/)),
  /** Indexes in `places` of the series' lines, in order. */
  places: z.array(z.int()),
});

export type Executed = z.output<typeof executedSchema>;

/** What was recorded until a guest was saved or ended. */
export interface Recorded {
  /** Of the lines of a series. */
  lines?: Executed | undefined;
  kernel?: ExecutedKernel | undefined;
}

export interface Recorder {
  /** What QEMU is started with. */
  readonly plan: RecordPlan;
  readonly lines: SeriesLines | undefined;
  /** By how much it slows a guest down at most; deadlines are multiplied by it. */
  readonly slowdown: number;
  /** Asks the guest, which has booted and loaded its modules, where its images are. @throws GuestDied, DeadlineExpired, InfraError */
  locate(guest: LiveGuest): Promise<void>;
  /** How much was recorded, in bytes of the log. */
  mark(): number;
  /** What is executed from now on is of this step. */
  startStep(index: number): void;
  /** The guest was reset after `mark` had returned `from`: its images are elsewhere since then. */
  rebooted(guest: LiveGuest, from: number): Promise<void>;
  /** Asks the guest, which is going to be saved or ended, where the modules are that it has loaded meanwhile. @throws GuestDied, DeadlineExpired, InfraError */
  settle(guest: LiveGuest): Promise<void>;
  /** What was executed until now, what the saved guest had executed included. Removes the log. */
  recorded(): Promise<Recorded>;
}
