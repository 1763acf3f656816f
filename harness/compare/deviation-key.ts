// SPDX-License-Identifier: GPL-2.0-only
// When two deviations are the same, on another boot and on another kernel. Pure.

import type { CellResult, Deviation } from '../results/events.ts';
import { normalizeLine } from './normalize-log.ts';
import { mainDeviation } from '../results/main-deviation.ts';

/**
 * The key of a crash or a hang is its fingerprint (`kind:function:hash`). The hash is over frames of the stack, which differ
 * between kernel lines without meaning anything, so it counts only when `exact`. Without a function the key is title
 * and step; of a failed expectation, what was expected and seen as well.
 */
export function deviationKey(deviation: Deviation, exact: boolean): string {
  const { kind, step, fingerprint, title, wanted, seen } = deviation;
  const [what, where, hash] = fingerprint?.split(':') ?? [];
  if (fingerprint !== undefined && where !== '-') {
    return exact || hash === undefined ? fingerprint : `${what ?? ''}:${where ?? ''}`;
  }
  const words = kind === 'fail' ? [step, title, wanted, seen] : [step, title];
  return [kind, ...words.map((word) => normalizeLine(word ?? ''))].join('|');
}

export function keysOf(cell: CellResult, exact: boolean): string[] {
  return cell.deviations.map((deviation) => deviationKey(deviation, exact));
}

/** The key of what gave the cell its verdict. */
export function mainKey(cell: CellResult, exact: boolean): string | undefined {
  const main = mainDeviation(cell);
  return main === undefined ? undefined : deviationKey(main, exact);
}
