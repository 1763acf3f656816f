// SPDX-License-Identifier: GPL-2.0-only
// How long a cell takes without what it waits for: a kernel that is fetched or built, a guest that boots. All cells of a kernel
// share these, whichever comes first. Pure.

import type { RunEventBody } from '../../results/events.ts';

/** Tasks that cells share, by the beginning of their names. */
const shared = /^(?:kernel|initramfs|boot|accelerator)(?: |$)/;

export class OwnTime {
  readonly #cells = new Map<string, { startedMs: number; sharedMs: number }>();
  /** Shared tasks that run, and since when any has. */
  readonly #running = new Set<string>();
  #sinceMs = 0;

  /** @param nowMs of any monotonic clock */
  add(event: RunEventBody, nowMs: number): void {
    if (event.type === 'cell-started') this.#cells.set(event.id, { startedMs: nowMs, sharedMs: 0 });
    if (event.type !== 'task-started' && event.type !== 'task-ended') return;
    if (!shared.test(event.task)) return;
    if (event.type === 'task-started') {
      if (this.#running.size === 0) this.#sinceMs = nowMs;
      this.#running.add(event.task);
    } else if (this.#running.delete(event.task) && this.#running.size === 0) {
      for (const cell of this.#cells.values()) cell.sharedMs += nowMs - Math.max(this.#sinceMs, cell.startedMs);
    }
  }

  /** Whole milliseconds since a cell has started, without shared tasks; it is forgotten then. */
  end(id: string, nowMs: number): number | undefined {
    const cell = this.#cells.get(id);
    this.#cells.delete(id);
    return cell === undefined ? undefined : Math.round(nowMs - cell.startedMs - cell.sharedMs);
  }
}
