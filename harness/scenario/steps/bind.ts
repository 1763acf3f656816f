// SPDX-License-Identifier: GPL-2.0-only
// bind: binds a namespace to its driver again.

import { writeUnlessLivelock } from '../../guest/livelock.ts';
import { stepKind } from '../step.ts';
import { driverOf, driverSchema } from './unbind.ts';

export const bind = stepKind({
  key: 'bind',
  title: 'Bind a namespace to its driver (nd_pmem, or dax_pmem) again',
  example: 'bind: pmem0',
  acts: true,
  schema: driverSchema,
  names: ({ device }) => ({ devices: [device] }),
  label: ({ device, driver }) => (driver === undefined ? device : `${device} to ${driver}`),
  async run({ device, driver }, context) {
    await context.refreshFacts(device);
    const { folder, name } = driverOf(context, device, driver);
    const path = `${folder}/bind`;
    const node = context.stack.devices.get(device)?.path ?? '';
    const wanted = `${device} is bound and ${node} exists`;
    const { error } = await writeUnlessLivelock(context.guest, { path, data: name });
    if (error !== undefined) return { ok: false, wanted, seen: `the write to ${path} returned ${error}` };
    const { exit } = await context.guest.request('run', { argv: ['test', '-e', node] });
    return exit === 0 ? { ok: true, seen: `${device} bound` } : { ok: false, wanted, seen: `${node} does not exist` };
  },
});
