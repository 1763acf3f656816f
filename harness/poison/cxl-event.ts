// SPDX-License-Identifier: GPL-2.0-only
// Event records of a CXL device (CXL 3.1, 8.2.9.2.1): it puts one into the log of its severity, and interrupts. The kernel reads the log
// (drivers/cxl/core/mbox.c:cxl_mem_get_records_log, 6.12).

import { z } from 'zod';
import { queryVersion } from '../machine/queries.ts';
import { cxlMissing, cxlPlaceOf } from './cxl-place.ts';
import { routeWithOptions } from './route.ts';

/** What the records say besides the address: an ECC error of the media, met by a read of the host (CXL 3.1, tables 8-45 and 8-46). */
const media = { type: 0, 'transaction-type': 1 } as const;
/** In the descriptor of a record: the data is lost. */
const uncorrectable = 1;
/** The severity is in a record's flags, too (CXL 3.1, table 8-42). */
const severities = { informational: 0, warning: 1, failure: 2, fatal: 3 } as const;
/** Of a memory module: media status, all data lost; health, performance degraded (CXL 3.1, table 8-100). */
const lost = { 'health-status': 3, 'media-status': 7, 'additional-status': 0 } as const;
const counters = {
  'life-used': 30,
  temperature: 40,
  'dirty-shutdown-count': 1,
  'corrected-volatile-error-count': 0,
  'corrected-persistent-error-count': 1,
} as const;

const commands = {
  'general-media': 'cxl-inject-general-media-event',
  dram: 'cxl-inject-dram-event',
  'memory-module': 'cxl-inject-memory-module-event',
} as const;

const options = {
  kind: z
    .enum(['general-media', 'dram', 'memory-module'])
    .prefault('general-media')
    .describe('Which record; one of a memory module is of the whole device, and has no address'),
  severity: z
    .enum(['informational', 'warning', 'failure', 'fatal'])
    .describe('The log that it is put into; with failure and fatal the data is lost, else it was corrected'),
};

export const cxlEvent = routeWithOptions({
  name: 'cxl-event',
  title: 'an event record of the CXL device that has the page',
  modules: ['cxl_mem'],
  options,
  throughProcess: false,
  missing: cxlMissing,
  async inject(guest, { physical }, { kind, severity }) {
    const { device, memdev, dpa } = await cxlPlaceOf(guest, physical);
    const subType = (await queryVersion(guest.qemu)).major >= 11 ? { 'sub-type': 0 } : {};
    const descriptor = severity === 'failure' || severity === 'fatal' ? uncorrectable : 0;
    const record = kind === 'memory-module' ? { type: 3, ...lost, ...counters } : { dpa, descriptor, ...media };
    const flags = severities[severity];
    await guest.qemu.qmp.execute(commands[kind], { path: device.path, log: severity, flags, ...record, ...subType });
    return {
      how: `${severity} ${kind} event of ${memdev}${kind === 'memory-module' ? '' : ` at 0x${dpa.toString(16)}`}`,
    };
  },
});
