// SPDX-License-Identifier: GPL-2.0-only
// The two sides of a comparison: what is compared, and what each is called in a text.

import type { CellStory } from '../results/cell-story.ts';
import type { KernelFacts } from '../results/events.ts';
import type { SideFacts } from './comparison.ts';

/** A cell with all that is compared. */
export interface ComparedCell extends CellStory {
  /** What the kernel logged, normalized (comparableLines); undefined when there is no log. */
  log?: string[];
}

/** One kernel in one run. */
export interface Side extends SideFacts {
  cells: ComparedCell[];
  /** The lines of its series. */
  changed?: KernelFacts['changed'];
  /** Scenarios that were planned on this kernel, and have no verdict in at least one repetition. */
  unfinished: string[];
}

/** The two sides of anything. */
export interface Pair<T> {
  base: T;
  tested: T;
}

/** What a text calls the tested side: `patched` when it is the base with a series on it, else `tested`. */
export function testedWord({ base, tested }: Pair<{ kernel: string }>): 'patched' | 'tested' {
  return tested.kernel.startsWith(`${base.kernel}+`) ? 'patched' : 'tested';
}
