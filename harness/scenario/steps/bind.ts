// SPDX-License-Identifier: GPL-2.0-only
// bind: binds a namespace, a region or the bus to its driver again.

import { writeUnlessLivelock } from '../../guest/livelock.ts';
import { boundDeviceOf, boundSchema, boundWords, namesOfBound } from '../bound-device.ts';
import { stepKind } from '../step.ts';

export const bind = stepKind({
  key: 'bind',
  title: 'Bind a namespace, a region or the bus to its driver again',
  example: 'bind: pmem0',
  acts: true,
  schema: boundSchema,
  names: namesOfBound,
  label: (args) => boundWords(args, 'to'),
  async run(args, context) {
    const { guest } = context;
    const { what, folder, name, nodes, isLater } = await boundDeviceOf(args, context);
    const path = `${folder}/bind`;
    const wanted = `${what} is bound and ${nodes.join(', ')} ${nodes.length === 1 ? 'exists' : 'exist'}`;
    const { error } = await writeUnlessLivelock(guest, { path, data: name });
    if (error !== undefined) return { ok: false, wanted, seen: `the write to ${path} returned ${error}` };
    let missing: string | undefined;
    const look = async (): Promise<boolean> => {
      missing = undefined;
      for (const node of nodes) {
        const { exit } = await guest.request('run', { argv: ['test', '-e', node] });
        if (exit !== 0) missing ??= node;
      }
      return missing === undefined;
    };
    // What is on a region or on a bus is found by kworkers (drivers/nvdimm/bus.c:nd_async_device_register, 6.12).
    if (!(await look()) && isLater) await guest.deadline.part(3 / 4).poll(look);
    if (isLater) context.noteNewDevices();
    return missing === undefined
      ? { ok: true, seen: `${what} bound` }
      : { ok: false, wanted, seen: `${missing} does not exist` };
  },
});
