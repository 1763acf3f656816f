// SPDX-License-Identifier: GPL-2.0-only
// cxl: whether a CXL device, or a region of one, is there and has its driver.

import { z } from 'zod';
import { memdevKey, regionKey } from '../keys.ts';
import { memdevOf } from '../memdev.ts';
import { stepKind } from '../step.ts';
import { waitFor } from '../wait-for.ts';

const schema = z
  .strictObject({
    memdev: memdevKey.optional(),
    region: regionKey.optional().describe('Instead of `memdev`: a region of CXL'),
    expect: z
      .enum(['enabled', 'disabled', 'gone'])
      .describe('enabled: it has its driver; disabled: it is there without a driver; gone: it is not there'),
  })
  .refine(({ memdev, region }) => (memdev === undefined) !== (region === undefined), {
    error: 'needs either `memdev` or `region`',
  });

export const cxl = stepKind({
  key: 'cxl',
  title: 'Whether a CXL device, or a region of one, is there and has its driver',
  example: 'cxl: {memdev: mem0, expect: enabled}',
  acts: false,
  schema,
  names: ({ memdev, region }) => ({
    memdevs: memdev === undefined ? [] : [memdev],
    regions: region === undefined ? [] : [region],
  }),
  label: ({ memdev, region, expect }) => `${memdev ?? region ?? ''} ${expect}`,
  async run({ memdev, region, expect }, context) {
    const { guest } = context;
    const what = memdev ?? region ?? '';
    const folder = memdev === undefined ? `/sys/bus/cxl/devices/${what}` : (await memdevOf(memdev, context)).folder;
    const isThere = async (path: string): Promise<boolean> =>
      (await guest.request('run', { argv: ['test', '-e', path] })).exit === 0;
    let state = '';
    // A region loses its driver in a kworker when its device goes (drivers/cxl/core/port.c:schedule_detach, 6.12).
    await waitFor(guest, guest.deadline.part(1 / 2), async () => {
      state = !(await isThere(folder)) ? 'gone' : (await isThere(`${folder}/driver`)) ? 'enabled' : 'disabled';
      return state === expect;
    });
    const seen = `${what} is ${state}`;
    return state === expect ? { ok: true, seen } : { ok: false, wanted: `${what} is ${expect}`, seen };
  },
});
