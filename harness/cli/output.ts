// SPDX-License-Identifier: GPL-2.0-only
// stdout and stderr that can no longer be written: their reader went away (`| head`, `less` and q, a closed terminal) or their disk is
// full. A run goes on without them, and its exit code is that of its verdicts: its results are in its folder.

import type { Writable } from 'node:stream';

interface Stream {
  on: (event: 'error', listener: (error: NodeJS.ErrnoException) => void) => unknown;
  write: (text: string) => boolean;
}

export interface Output {
  /** How stdout or stderr failed, if one did with anything else than a reader that went away. */
  readonly failure: string | undefined;
}

/** Writes each failure of stdout once to stderr. */
export function watchOutput(stdout: Stream, stderr: Stream): Output {
  let failure: string | undefined;
  const failed =
    (name: string) =>
    (error: NodeJS.ErrnoException): void => {
      // A reader that goes away has read what it wanted.
      if (error.code === 'EPIPE' || failure !== undefined) return;
      failure = `${name} cannot be written: ${error.message}`;
      if (name === 'stdout') stderr.write(`hazmat: ${failure}\n`);
    };
  stdout.on('error', failed('stdout'));
  stderr.on('error', failed('stderr'));
  return {
    get failure() {
      return failure;
    },
  };
}

/**
 * Waits until the reader of each stream has taken all that was written, or has gone away. A pipe holds 64 KiB; what a slow reader has
 * not taken is lost when the process exits.
 */
export async function untilRead(...streams: Writable[]): Promise<void> {
  await Promise.all(
    streams.map(
      (stream) =>
        new Promise<void>((resolve) => {
          stream.write('', () => {
            resolve();
          });
        }),
    ),
  );
}
