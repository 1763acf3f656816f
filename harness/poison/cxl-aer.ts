// SPDX-License-Identifier: GPL-2.0-only
// Errors of the protocol CXL.mem, which a device reports as internal errors through AER (CXL 3.1, 12.2.2.1).

import { z } from 'zod';
import { InfraError } from '../host/errors.ts';
import { findFunctions, withQtest } from '../machine/cxl-state.ts';
import { configBytes, errorMasks } from '../machine/pci-config.ts';
import type { QemuHandle } from '../machine/qemu-handle.ts';
import { cxlMissing, cxlPlaceOf } from './cxl-place.ts';
import { routeWithOptions } from './route.ts';

/** Bridge control of a root port, and its bit SERR#, without which it does not pass errors on. */
const [bridgeControl, serr] = [0x3e, 2n];

const options = {
  kind: z.enum(['correctable', 'uncorrectable']).describe('Which kind of error: mem-data-ecc of either'),
  unmask: z
    .boolean()
    .prefault(true)
    .describe(
      'As firmware should have left it: the device reports internal errors, and its root port passes errors on; SeaBIOS does neither',
    ),
};

export const cxlAer = routeWithOptions({
  name: 'cxl-aer',
  title: 'an error of the protocol CXL.mem of the device that has the page, through AER',
  modules: ['cxl_mem'],
  options,
  throughProcess: false,
  missing: cxlMissing,
  async inject(guest, { physical }, { kind, unmask }) {
    const { device, memdev } = await cxlPlaceOf(guest, physical);
    const { path, bus } = device;
    if (unmask) await unmaskErrors(guest.qemu, bus);
    const type = 'mem-data-ecc';
    if (kind === 'correctable') await guest.qemu.qmp.execute('cxl-inject-correctable-error', { path, type });
    else {
      const header = Array.from({ length: 32 }, (_, index) => index);
      await guest.qemu.qmp.execute('cxl-inject-uncorrectable-errors', { path, errors: [{ type, header }] });
    }
    return { how: `${kind} error ${type} of ${memdev}` };
  },
});

async function unmaskErrors(qemu: QemuHandle, bus: number): Promise<void> {
  await withQtest(qemu, async (qtest) => {
    const { port, endpoint } = await findFunctions(qtest, bus);
    const masks = errorMasks(await qtest.read(endpoint, configBytes));
    if (masks === undefined) throw new InfraError('a CXL device of QEMU has no advanced error reporting');
    for (const offset of [masks.uncorrectable, masks.correctable]) await qtest.writeRegister(endpoint + offset, 4, 0n);
    const control = await qtest.readRegister(port + bridgeControl, 2);
    await qtest.writeRegister(port + bridgeControl, 2, control | serr);
  });
}
