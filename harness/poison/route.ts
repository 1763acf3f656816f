// SPDX-License-Identifier: GPL-2.0-only
// What a poison route is: one file that says what it needs and how it makes a place in persistent memory bad.

import type { Guest } from '../guest/guest.ts';
import type { Place } from '../storage/layer.ts';

/** What is to be poisoned, resolved down to the namespace. */
export interface PoisonTarget {
  /** Namespace and byte offset in its data. */
  base: Place;
  /** Bytes. */
  length: number;
  /** Guest-physical address of the first byte. */
  physical: number;
  /** The process that maps it and the page's index in its mapping, for routes that go through a process. */
  process: { name: string; page: number } | undefined;
  /** For a person: `page 3 of /mnt/data = pmem0+0x21000`. */
  described: string;
}

export interface PoisonRoute {
  /** The word in YAML: `route: badblocks`. */
  name: string;
  title: string;
  /** Modules that the kernel must have. */
  modules: string[];
  /** True when it needs a process that maps the page. */
  throughProcess: boolean;
  /**
   * Poisons. Returns the errno with which the kernel answered, or undefined when it took it, and how it was done.
   * `withinMs` bounds each request.
   */
  inject(guest: Guest, target: PoisonTarget, withinMs: number): Promise<{ error?: string; how: string }>;
}
