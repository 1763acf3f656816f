// SPDX-License-Identifier: GPL-2.0-only
// All processes end, and the filesystem is mounted again: the files are as they were, and bad blocks stay.

import type { Operation, Step } from '../operation.ts';

export const remount: Operation = {
  name: 'remount',
  weight: 1,
  apply(world) {
    const steps: Step[] = killAll(world.processes);
    return [...steps, { unmount: world.setting.mount }, { mount: world.setting.mount }];
  },
};

/** Ends the processes that are there. */
export function killAll(processes: { name: string; alive: boolean }[]): Step[] {
  const alive = processes.filter((one) => one.alive);
  for (const one of alive) one.alive = false;
  return alive.length === 0 ? [] : [{ kill: alive.map(({ name }) => name) }];
}
