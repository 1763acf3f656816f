// SPDX-License-Identifier: GPL-2.0-only
// bind: gives a namespace back to the pmem driver.

import { z } from 'zod';
import { stepKind } from '../step.ts';
import { busName } from './unbind.ts';

export const bind = stepKind({
  key: 'bind',
  title: 'Bind a namespace to the nd_pmem driver again',
  example: 'bind: pmem0',
  acts: true,
  schema: z.string().describe('Name of the namespace'),
  names: (device) => ({ devices: [device] }),
  label: (device) => device,
  async run(device, cell) {
    const path = '/sys/bus/nd/drivers/nd_pmem/bind';
    const wanted = `${device} is bound and /dev/${device} is there`;
    const { error } = await cell.ask('write', { path, data: busName(cell, device) });
    if (error !== undefined) return { ok: false, wanted, seen: `write to ${path}: ${error}` };
    const { exit } = await cell.ask('run', { argv: ['test', '-b', `/dev/${device}`] });
    return exit === 0
      ? { ok: true, seen: `${device} is back` }
      : { ok: false, wanted, seen: `there is no /dev/${device}` };
  },
});
