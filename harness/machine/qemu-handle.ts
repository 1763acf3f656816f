// SPDX-License-Identifier: GPL-2.0-only
// A running QEMU as steps, poison routes and the engine use it: its monitor, its sockets, its end. Nothing here starts one.

import type { Socket } from 'node:net';
import type { z } from 'zod';
import type { socketNames } from './argv.ts';

export interface QemuExit {
  /** True when the harness ended it. */
  asked: boolean;
  exitCode: number | undefined;
  signal: string | undefined;
  /** Why QEMU ended, when the guest made it: `guest-reset` (a panic ends in one), `guest-shutdown`, `guest-panic`. */
  reason: string | undefined;
  stderr: string;
}

/** QEMU's monitor: QMP commands, and commands of the human monitor through it. */
export interface Monitor {
  /** @throws InfraError with QEMU's answer when it refuses the command. */
  execute(command: string, args?: Record<string, unknown>): Promise<unknown>;
  /** The same, with an answer of this form. @throws InfraError when the answer has another. */
  execute<T>(command: string, args: Record<string, unknown> | undefined, reply: z.ZodType<T>): Promise<T>;
  /** A command of the human monitor, for one CPU if given; returns what it prints. */
  monitor(line: string, cpu?: number): Promise<string>;
  /** Returns what takes the listener away again. */
  onEvent(listener: (event: { event: string; data?: Record<string, unknown> | undefined }) => void): () => void;
}

export interface QemuHandle {
  readonly argv: readonly string[];
  readonly pid: number;
  readonly qmp: Monitor;
  /** Resolves when QEMU has ended, for whatever reason; never rejects. */
  readonly exited: Promise<QemuExit>;
  /** How it ended; undefined while it runs. */
  readonly exit: QemuExit | undefined;
  /** Connects to one of its sockets as soon as the socket exists. @throws InfraError when QEMU ends first. */
  connect(name: keyof typeof socketNames | { path: string }): Promise<Socket>;
  /** A path in the folder of its sockets. */
  socketPath(name: string): string;
}
