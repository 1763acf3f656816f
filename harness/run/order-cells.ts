// SPDX-License-Identifier: GPL-2.0-only
// In which order cells are run: kernel by kernel, so that checkpoints are used while they are warm, and the longest first, so that
// no guest runs alone at the end. Pure.

import { groupBy } from '../host/group-by.ts';

/** What the order depends on. */
interface Ordered {
  kernel: string;
  /** Milliseconds; undefined when it is not known. */
  expectedMs?: number | undefined;
}

/**
 * The same cells: kernels in the order in which they come, as they are fetched in that order; of each the cells whose
 * duration is not known first, since they may be the longest; then the longest. Cells that are alike stay in their order.
 */
export function orderCells<T extends Ordered>(cells: readonly T[]): T[] {
  const duration = ({ expectedMs = Infinity }: Ordered): number => expectedMs;
  return [...groupBy(cells, ({ kernel }) => kernel).values()].flatMap((ofKernel) =>
    [...ofKernel].sort((a, b) => (duration(a) === duration(b) ? 0 : duration(b) - duration(a))),
  );
}
