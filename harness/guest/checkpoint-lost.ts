// SPDX-License-Identifier: GPL-2.0-only
// A checkpoint that is no longer what it was: something damaged it, or another harness made it, or one that it goes on from, again.
// Nothing that was seen in a guest restored from it counts; whoever needs it makes it again.

import { InfraError } from '../host/errors.ts';

export class CheckpointLost extends InfraError {
  constructor(key: string, cause?: unknown) {
    super(`the checkpoint ${key} was damaged or made again while it was used`, {
      hint: 'The next cell that needs it makes it again.',
      cause,
    });
  }
}
