// SPDX-License-Identifier: GPL-2.0-only
// ACPI error injection by the guest itself (/sys/kernel/debug/apei/einj): the kernel asks the platform to plant an error and,
// unless notrigger is set, triggers it; the platform then reports it through GHES
// (drivers/acpi/apei/einj-core.c:einj_error_inject, 6.12; einj.c before 6.9).

import { z } from 'zod';
import { errorTypes } from '../firmware/mailbox.ts';
import type { PlatformEvent } from '../firmware/platform.ts';
import { InfraError } from '../host/errors.ts';
import { firmwareMissing, platformOf } from './platform.ts';
import { routeWithOptions, type Injection } from './route.ts';

const folder = '/sys/kernel/debug/apei/einj';

const hexadecimal = z.string().regex(/^0x[0-9a-f]{1,16}$/, 'a hexadecimal number such as 0xfffffffffffff000');

const options = {
  type: z
    .union([z.enum(['corrected', 'uncorrected', 'fatal']), z.int().min(0).max(0xffffffff)])
    .prefault('uncorrected')
    .describe('Memory error (error_type 0x8, 0x10, 0x20), or any number for `error_type`'),
  trigger: z.boolean().prefault(true).describe('Trigger the error at once; otherwise it is only planted'),
  param1: hexadecimal.optional().describe('Address; the physical address of the page by default'),
  param2: hexadecimal.prefault('0xfffffffffffff000').describe('Mask of the address'),
};

export const einj = routeWithOptions({
  name: 'einj',
  title: 'ACPI error injection by the guest, reported by the platform through GHES',
  modules: ['einj'],
  options,
  throughProcess: false,
  missing: firmwareMissing('einj'),
  async inject(guest, target, { type, trigger, param1, param2 }) {
    const number = typeof type === 'number' ? type : errorTypes[type];
    const address = param1 ?? `0x${target.physical.toString(16)}`;
    const platform = platformOf(guest);
    const mark = platform.mark;
    const writes: [file: string, data: string][] = [
      ['param1', address],
      ['param2', param2],
      ['notrigger', trigger ? '0' : '1'],
      ['error_type', `0x${number.toString(16)}`],
      ['error_inject', '1'],
    ];
    const how = `type 0x${number.toString(16)} at ${address} & ${param2}${trigger ? '' : ', not triggered'}`;
    for (const [file, data] of writes) {
      const { error } = await guest.request('write', { path: `${folder}/${file}`, data: `${data}\n` });
      if (error !== undefined) return { error, how: `${how}: writing ${file} returned ${error}` };
    }
    await platform.settled();
    return injectionOf(platform.since(mark), trigger, how);
  },
  unpoison(guest, { physical }) {
    const how = `the error at 0x${physical.toString(16)} was removed from the platform`;
    // The kernel knows of a triggered error: only a write clears it.
    return Promise.resolve(
      platformOf(guest).removePlanted(physical) ? { how } : { how, error: 'no error is planted there' },
    );
  },
});

/** The kernel reported success: the platform must have seen the same. */
function injectionOf(events: readonly PlatformEvent[], trigger: boolean, how: string): Injection {
  const wanted = trigger ? 'fired' : 'planted';
  const seen = events.find(({ event }) => event === wanted);
  const wrong = events.find(({ event }) => event === 'not fired' || event === 'failed');
  if (wrong !== undefined && 'why' in wrong) throw new InfraError(`the platform: ${wrong.why}`, { hint: how });
  if (seen === undefined) throw new InfraError(`the guest's injection did not reach the platform as ${wanted}`);
  if (seen.event !== 'fired') return { how: `${how}: planted` };
  const { source, takenMs } = seen.delivery;
  return { how: `${how}: reported by ${source}, taken in ${takenMs.toFixed(1)} ms` };
}
