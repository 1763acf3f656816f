// SPDX-License-Identifier: GPL-2.0-only
// One kind of operation of a sequence: the steps that do it, and what a right kernel then has. A new one is a file in operations/ and a
// row in operations.ts.

import type { World } from './world.ts';

/** A step of the language of scenarios, as YAML has it. */
export type Step = string | Readonly<Record<string, unknown>>;

/** Numbers of a generated operation, each from 0 to 63: an operation takes from them which file, page or process it means. */
export interface Picks {
  readonly what: number;
  readonly page: number;
  readonly pages: number;
  readonly who: number;
}

export interface Operation {
  readonly name: string;
  /** How often it is chosen, against the others. */
  readonly weight: number;
  /**
   * Changes the world and returns the steps with their expectations; undefined, with the world as it was, where it is not possible or
   * where the model does not say what a right kernel does.
   */
  apply(world: World, picks: Picks): Step[] | undefined;
}

/** `direct: true` for every second number. */
export function direct({ who }: Pick<Picks, 'who'>): { direct?: true } {
  return who % 2 === 1 ? { direct: true } : {};
}

/** The one of a list that a number means; undefined of an empty list. */
export function pick<T>(list: readonly T[], number: number): T | undefined {
  return list[number % Math.max(list.length, 1)];
}
