// SPDX-License-Identifier: GPL-2.0-only
// clear-error: Clear Uncorrectable Error as a program asks for it. The kernel refuses while a driver has the namespace, because the
// driver's list of bad blocks would not know (drivers/nvdimm/bus.c:nd_cmd_clear_to_send, nd_ns_forget_poison_check, 6.12).

import { z } from 'zod';
import { requireScrubbingBus } from '../../poison/scrub.ts';
import { namesOfTarget, targetKeys, targetRefinement, targetsOf, targetWords } from '../poison-target.ts';
import { stepKind } from '../step.ts';

const schema = z
  .strictObject({
    ...targetKeys,
    returns: z.string().optional().describe('Error that it should return, such as EBUSY; none by default'),
  })
  .refine(...targetRefinement);

export const clearError = stepKind({
  key: 'clear-error',
  title: 'Clear media errors through the ioctl of the NVDIMM bus, as ndctl does once it has disabled the namespace',
  example: 'clear-error: {device: pmem0, page: 3, returns: EBUSY}',
  acts: true,
  schema,
  names: namesOfTarget,
  label: targetWords,
  async run(args, context) {
    const { guest } = context;
    const bus = `/dev/ndctl${(await requireScrubbingBus(guest)).bus}`;
    const seen: string[] = [];
    for (const { physical, length, described } of await targetsOf(args, context)) {
      const { error, status, cleared } = await guest.request('clear-error', { bus, address: physical, length });
      if (error !== args.returns) {
        const wanted = args.returns === undefined ? 'the error is cleared' : `it returns ${args.returns}`;
        return {
          ok: false,
          wanted,
          seen: `${described}: ${error === undefined ? 'it succeeded' : `returned ${error}`}`,
        };
      }
      if (error === undefined && (status !== 0 || cleared !== length)) {
        return {
          ok: false,
          wanted: `${length} bytes are cleared`,
          seen: `${described}: status ${status ?? '?'}, ${cleared ?? 0} bytes cleared`,
        };
      }
      seen.push(`${described}: ${error === undefined ? 'cleared' : `returned ${error}`}`);
    }
    return { ok: true, seen: seen.join('; ') };
  },
});
