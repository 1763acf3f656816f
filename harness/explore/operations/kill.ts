// SPDX-License-Identifier: GPL-2.0-only
// A process ends.

import { pick, type Operation } from '../operation.ts';

export const kill: Operation = {
  name: 'kill',
  weight: 1,
  apply(world, picks) {
    const process = pick(
      world.processes.filter(({ alive }) => alive),
      picks.who,
    );
    if (process === undefined) return undefined;
    process.alive = false;
    return [{ kill: process.name }];
  },
};
