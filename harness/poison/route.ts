// SPDX-License-Identifier: GPL-2.0-only
// What a poison route is: one file that says what it needs and how it makes a place in persistent memory bad.

import type { z } from 'zod';
import type { BoundGuest } from '../guest/live-guest.ts';
import type { Accelerator } from '../machine/argv.ts';
import type { Machine } from '../machine/machine.ts';
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
  process: Mapper | undefined;
  /** Every process of the scenario that maps it. */
  mappers: Mapper[];
  /** For a person: `page 3 of /mnt/data = pmem0+0x21000`. */
  described: string;
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
  /** Whether this QEMU loads plugins; undefined when nobody has asked. */
  plugins?: boolean;
}

/** What came of an injection. */
export interface Injection {
  /** The errno with which the kernel answered; undefined when it took it. */
  error?: string;
  /** How it was done, for the run. */
  how: string;
}

export interface PoisonRoute<Options = unknown> {
  /** The word in YAML: `route: badblocks`. */
  name: string;
  title: string;
  /** Modules that the kernel must have. */
  modules: string[];
  /** Why it cannot be had there, or undefined when it can. */
  missing?: (environment: RouteEnvironment) => string | undefined;
  /** Keys of its own that the step may have beside `route`, `page` and the like. */
  options?: z.ZodRawShape;
  /** True when it needs a process that maps the page. */
  throughProcess: boolean;
  /** Poisons one page. `withinMs` bounds each request. */
  inject(guest: BoundGuest, target: PoisonTarget, options: Options): Promise<Injection>;
  /** Instead of `inject` for each: all pages of a step at once, for routes where how they come matters. */
  injectAll?(guest: BoundGuest, targets: readonly PoisonTarget[], options: Options): Promise<Injection>;
  /** Takes the poison away from one page as if it had never been, where that can be. */
  undo?: (guest: BoundGuest, target: PoisonTarget) => Promise<Injection>;
}

/** Types a route by the options that it declares, and forgets their type for the table of routes. */
export function routeWithOptions<Shape extends z.ZodRawShape>(
  route: Omit<PoisonRoute<z.output<z.ZodObject<Shape>>>, 'options'> & { options: Shape },
): PoisonRoute {
  const { inject, injectAll, ...rest } = route;
  type Options = z.output<z.ZodObject<Shape>>;
  return {
    ...rest,
    inject: (guest, target, options) => inject(guest, target, options as Options),
    ...(injectAll === undefined
      ? {}
      : { injectAll: (guest, targets, options) => injectAll(guest, targets, options as Options) }),
  };
}
