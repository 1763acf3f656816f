// SPDX-License-Identifier: GPL-2.0-only
// Accesses that end in a SIGBUS at their address.

import type { Step } from './operation.ts';

/** Keys of a step `touch`. */
type Touch = Readonly<Record<string, unknown>>;

/** A fault on a page with a bad block. Since 6.6 poison has its own errno (include/linux/mm.h:vmf_error). */
export function busError(touch: Touch): Step[] {
  return [
    ...addressError(touch).map((step) => ({ ...step, kernels: '<6.6' })),
    { touch: { ...touch, expect: { code: 'BUS_MCEERR_AR', address: 'exact', lsb: 12 } }, kernels: '>=6.6' },
  ];
}

/** A fault that cannot be served for another reason than poison, such as the end of the file. */
export function addressError(touch: Touch): { touch: Touch }[] {
  return [{ touch: { ...touch, expect: { code: 'BUS_ADRERR', address: 'exact' } } }];
}
