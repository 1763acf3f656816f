// SPDX-License-Identifier: GPL-2.0-only
// What a poison route is: one file with what it needs and how it poisons a page of persistent memory.

import type { z } from 'zod';
import type { BoundGuest } from '../guest/live-guest.ts';
import type { Accelerator } from '../machine/argv.ts';
import type { Machine } from '../machine/machine.ts';
import type { Place } from '../storage/layer.ts';

/** A page to poison as a process maps it: its memory may be in a namespace or in the page cache. */
export interface MappedTarget {
  /** The process that maps it and the page's index in its mapping, for routes that go through a process. */
  process: Mapper | undefined;
  /** Every process of the scenario that maps it. */
  mappers: Mapper[];
  /** For reports: `page 3 of /mnt/data`, with its place `= pmem0+0x21000` where that was resolved. */
  described: string;
}

/** A page to poison, resolved down to the namespace. */
export interface PoisonTarget extends MappedTarget {
  /** Namespace and byte offset in its data. */
  base: Place;
  /** Bytes. */
  length: number;
  /** That ndctl cannot name it: it counts blocks of a namespace's data, and has no way into one in sector mode. */
  isNotData?: boolean | undefined;
  /** Guest-physical address of the first byte. */
  physical: number;
}

/** A process and the page's index in its mapping. */
export interface Mapper {
  name: string;
  page: number;
}

/** Where a scenario would run. */
export interface RouteEnvironment {
  accelerator: Accelerator;
  machine: Machine;
  /** Undefined if unknown. */
  qemuVersion?: string;
  /** Whether this QEMU loads plugins; undefined if unknown. */
  plugins?: boolean;
}

/** The result of an injection. */
export interface Injection {
  /** The errno that the kernel returned; undefined on success. */
  error?: string;
  /** How it was done, for reports. */
  how: string;
}

export interface PoisonRoute<Options = unknown> {
  /** The word in YAML: `route: badblocks`. */
  name: string;
  title: string;
  /** Modules that the kernel must have. */
  modules: string[];
  /** It acts through QEMU's poison plugin where QEMU needs that (machine/plugin.ts:leavesLoops). */
  usesPlugin?: boolean;
  /** Why the route does not work there, or undefined if it does. */
  missing?: (environment: RouteEnvironment) => string | undefined;
  /** Keys of its own, in addition to those of every route. */
  options?: z.ZodRawShape;
  /** Groups of processes that its own options name. */
  groups?(options: Options): string[];
  /** True when it needs a process that maps the page. */
  throughProcess: boolean;
  /** Poisons one page. */
  inject(guest: BoundGuest, target: PoisonTarget, options: Options): Promise<Injection>;
  /** Instead of `inject`: all pages of a step at once, for routes that can report several. */
  injectAll?(guest: BoundGuest, targets: readonly PoisonTarget[], options: Options): Promise<Injection>;
  /**
   * Instead of both: all pages of a step, without their places. A filesystem that is asked for a place writes the file back first,
   * after which no page is dirty; and what is in the page cache is at no place of a namespace.
   */
  injectMapped?(guest: BoundGuest, targets: readonly MappedTarget[], options: Options): Promise<Injection>;
  /** Takes poison back from one page, for routes that can. */
  unpoison?: (guest: BoundGuest, target: PoisonTarget) => Promise<Injection>;
}

/** Checks a route's types against the options that it declares, and erases them for the table of routes. */
export function routeWithOptions<Shape extends z.ZodRawShape>(
  route: Omit<PoisonRoute<z.output<z.ZodObject<Shape>>>, 'options'> & { options: Shape },
): PoisonRoute {
  const { inject, injectAll, injectMapped, groups, ...rest } = route;
  type Options = z.output<z.ZodObject<Shape>>;
  return {
    ...rest,
    inject: (guest, target, options) => inject(guest, target, options as Options),
    ...(groups === undefined ? {} : { groups: (options) => groups(options as Options) }),
    ...(injectAll === undefined
      ? {}
      : { injectAll: (guest, targets, options) => injectAll(guest, targets, options as Options) }),
    ...(injectMapped === undefined
      ? {}
      : { injectMapped: (guest, targets, options) => injectMapped(guest, targets, options as Options) }),
  };
}
