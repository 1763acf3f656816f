// SPDX-License-Identifier: GPL-2.0-only
// What an access gets that faults on a page with a bad block: since 6.6 poison has its own errno (include/linux/mm.h:vmf_error).

import type { Step } from './operation.ts';

export function busError(processes: string, page: number, access: 'load' | 'store'): Step[] {
  const touch = { processes, page, ...(access === 'store' ? { access } : {}) };
  return [
    { touch: { ...touch, expect: { code: 'BUS_ADRERR', address: 'exact' } }, kernels: '<6.6' },
    { touch: { ...touch, expect: { code: 'BUS_MCEERR_AR', address: 'exact', lsb: 12 } }, kernels: '>=6.6' },
  ];
}
