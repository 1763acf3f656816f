// SPDX-License-Identifier: GPL-2.0-only
// One comparison with a change of most kinds, for the tests of its three forms.

import { compareSides } from '../../harness/compare/compare.ts';
import { crash, fail, known, pass, side, skip, steps, type Told } from '../compare/compared.ts';

const times = (...ms: number[]): Told[] => ms.map((one) => ({ steps: steps(['unbind pmem0', 'ok', 'unbound', one]) }));

export const base = side('debian:6.12', {
  'poison/load': [pass],
  'recover/pwrite': [fail('all bytes', { steps: steps(['read page 2 of /mnt/data', 'deviates', 'all bytes']) })],
  'recover/timed': times(20, 21, 22, 23, 24),
  'remove/linear': [pass],
  'remove/rebind': [
    { steps: steps(['unbind pmem0', 'ok'], ['unmount /mnt', 'ok', '/mnt unmounted']), log: ['Unmounting'] },
  ],
  'remove/shared-mappers': [pass],
});
export const tested = side('debian:7.2', {
  'poison/load': [pass],
  'recover/pwrite': [{ steps: steps(['read page 2 of /mnt/data', 'ok', 'EIO']) }],
  'recover/timed': times(40, 41, 42, 43, 44),
  'remove/linear': [skip],
  'remove/rebind': [
    crash('dax_disassociate_entry', 'abcd', {
      steps: steps(['unbind pmem0', 'ok'], ['unmount /mnt', 'ended', 'the kernel crashed']),
      log: ['BUG: unable to handle page fault for address: ADDR'],
    }),
  ],
  'remove/shared-mappers': [crash('mf_dax_kill_procs', '1', known)],
});
export const comparison = compareSides(base, tested);
