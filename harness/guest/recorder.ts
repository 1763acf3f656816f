// SPDX-License-Identifier: GPL-2.0-only
// What records the code that a guest executes: the lines of a series (recording.ts), or its whole kernel (kernel-recording.ts).

import { z } from 'zod';
import type { ExecutedKernel } from '../kernel/executed/executed-file.ts';
import type { SeriesLines } from '../kernel/lines/series-lines.ts';
import type { Accelerator, RecordPlan } from '../machine/argv.ts';
import type { QemuHandle } from '../machine/qemu-handle.ts';
import type { LiveGuest } from './live-guest.ts';

/** What was executed until a guest was saved, and where its images are. */
export const executedSchema = z.strictObject({
  /** `IMAGE SECTION` to the address of the section. What is not loaded is missing. */
  addresses: z.record(z.string(), z.string().regex(/^0x[0-9a-f]+$/)),
  /** Indexes in `places` of the series' lines, in order. */
  places: z.array(z.int()),
});

/** How the lines of a series are recorded: by QEMU's log of what it translates, under TCG only, or by breakpoints. */
const recorderNames = ['log', 'breakpoints'] as const;

export type RecorderName = (typeof recorderNames)[number];

/** The log under TCG, breakpoints under KVM, unless HAZMAT_RECORDER says otherwise; checkSettings (host/settings.ts) has refused any other. */
export function chooseRecorder(accelerator: Accelerator): RecorderName {
  const asked = recorderNames.find((name) => name === process.env.HAZMAT_RECORDER);
  return asked ?? (accelerator === 'tcg' ? 'log' : 'breakpoints');
}

export type Executed = z.output<typeof executedSchema>;

/** What was recorded until a guest was saved or ended. */
export interface Recorded {
  /** Of the lines of a series. */
  lines?: Executed | undefined;
  kernel?: ExecutedKernel | undefined;
}

export interface Recorder {
  /** What QEMU is started with. */
  readonly plan: RecordPlan | undefined;
  readonly lines: SeriesLines | undefined;
  /** By how much it slows a guest down at most; deadlines are multiplied by it. */
  readonly slowdown: number;
  /** It pauses the guest again and again. */
  readonly pausesGuest: boolean;
  /** Prepares a guest that was restored and is paused. Must not be called by work that has the guest (pause.ts). @throws InfraError */
  arm(qemu: QemuHandle): Promise<void>;
  /** Asks the guest, which has booted and loaded its modules, where its images are. @throws GuestDied, DeadlineExpired, InfraError */
  locate(guest: LiveGuest): Promise<void>;
  /** How much was recorded, in bytes of the log. */
  mark(): number;
  /** What is executed from now on is of the setup of a guest that has booted and is not saved, or comes after it. */
  startPhase(phase: 'setup' | 'start'): void;
  /** What is executed from now on is of this step. */
  startStep(index: number): void;
  /** The guest is going to be reset. @throws InfraError */
  resetting(guest: LiveGuest): Promise<void>;
  /** The guest was reset after `mark` had returned `from`: its images are elsewhere since then. */
  rebooted(guest: LiveGuest, from: number): Promise<void>;
  /**
   * The guest is going to be saved or ended: asks it where the modules are that it has loaded meanwhile, and leaves nothing in it.
   * @throws GuestDied, DeadlineExpired, InfraError
   */
  settle(guest: LiveGuest): Promise<void>;
  /** What was executed until now, what the saved guest had executed included. Removes the log. */
  recorded(): Promise<Recorded>;
}
