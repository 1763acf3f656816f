// SPDX-License-Identifier: GPL-2.0-only
// Ctrl-C: once ends the run in order and keeps all results; twice ends it at once and leaves no guest.

import { killAll } from '../machine/qemu.ts';

/** Exit code of an interrupted program, as shells use it (128 + SIGINT). */
export const interruptedExitCode = 130;

/** A run of a campaign (bisect, mutants) was interrupted, so the campaign ends. */
export class Interrupted extends Error {}

/**
 * An AbortSignal that the first SIGINT, SIGTERM or SIGHUP aborts. The second ends the process. `done` stops listening: a
 * command may make several runs, and the next one has a signal of its own.
 */
export function interruptSignal(onFirst: () => void): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      killAll();
      process.exit(interruptedExitCode);
    }
    onFirst();
    controller.abort(new Error('interrupted'));
  };
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    done: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
