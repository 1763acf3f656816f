// SPDX-License-Identifier: GPL-2.0-only
// trace: what the kernel's trace has of an event of CXL (include/trace/events of drivers/cxl/core/trace.h). The layer cxl-region has
// switched these events on.

import { z } from 'zod';
import { InfraError } from '../../host/errors.ts';
import { fileKey, memdevKey, pageKey } from '../keys.ts';
import { memdevOf } from '../memdev.ts';
import { targetsOf } from '../poison-target.ts';
import { stepKind } from '../step.ts';
import type { StepContext } from '../step-context.ts';
import { traceEvents, traceFile } from '../trace-events.ts';
import { waitFor } from '../wait-for.ts';

const schema = z
  .strictObject({
    event: z
      .string()
      .regex(/^cxl_\w+$/, 'an event of CXL, such as cxl_general_media')
      .describe('The event, by its name in /sys/kernel/tracing/events/cxl'),
    file: fileKey.optional().describe('File of the page that the event must be about'),
    page: pageKey.optional(),
    memdev: memdevKey.optional().describe('The CXL device that it must be of'),
    fields: z
      .record(z.string(), z.string())
      .prefault({})
      .describe('Fields that it must have, such as {log: Fatal, region: region0}'),
    count: z.int().min(0).optional().describe('How many such events there must be; at least one by default'),
  })
  .refine(({ file, page }) => (file === undefined) === (page === undefined), { error: '`file` goes with `page`' });

type Args = z.output<typeof schema>;

export const trace = stepKind({
  key: 'trace',
  title: 'Events of CXL in the trace of the kernel',
  example: 'trace: {event: cxl_general_media, file: /mnt/data, page: 3, fields: {log: Fatal}}',
  acts: false,
  schema,
  names: ({ file, memdev }) => ({
    files: file === undefined ? [] : [file],
    memdevs: memdev === undefined ? [] : [memdev],
  }),
  label: (args) => words(args),
  async run(args, context) {
    const { event, count } = args;
    const address = await addressOf(args, context);
    const device = args.memdev === undefined ? [] : [['memdev', (await memdevOf(args.memdev, context)).name] as const];
    const wanted = [...device, ...Object.entries(args.fields)];
    const isWanted = (fields: ReadonlyMap<string, string>): boolean =>
      wanted.every(([name, value]) => fields.get(name) === value) &&
      (address === undefined || Number(`0x${(fields.get('hpa') ?? '').replace(/^0x/, '')}`) === address);
    let all: ReadonlyMap<string, string>[] = [];
    let found: typeof all = [];
    const isRight = (): boolean => (count === undefined ? found.length > 0 : found.length === count);
    // A thread of the interrupt reads the log of the device.
    await waitFor(context.guest, context.guest.deadline.part(1 / 2), async () => {
      const { data, error } = await context.guest.request('read', { path: traceFile });
      if (error !== undefined) throw new InfraError(`reading ${traceFile} returned ${error}`);
      all = traceEvents(data, event);
      found = all.filter(isWanted);
      // Of one that must not come the end of the wait shows that it did not.
      return count !== 0 && isRight();
    });
    const seen =
      all.length === 0
        ? `no event ${event}`
        : all.map((fields) => [...fields].map(([name, value]) => `${name}=${value}`).join(' ')).join('; ');
    if (isRight()) return { ok: true, seen };
    const many = count === undefined ? 'an event' : `${count} events`;
    const described = [...wanted, ...(address === undefined ? [] : [['hpa', `0x${address.toString(16)}`]])]
      .map((pair) => pair.join('='))
      .join(' ');
    return { ok: false, wanted: `${many} ${event}${described === '' ? '' : ` with ${described}`}`, seen };
  },
});

function words({ event, file, page, fields, count }: Args): string {
  const where = file === undefined ? [] : [`page ${page ?? 0} of ${file}`];
  return [event, ...where, ...Object.values(fields), ...(count === undefined ? [] : [`${count} times`])].join(', ');
}

/** The physical address, which some events print with 0x and some without. */
async function addressOf({ file, page }: Args, context: StepContext): Promise<number | undefined> {
  if (file === undefined) return undefined;
  const [target] = await targetsOf({ file, page: page ?? 0, pages: 1 }, context);
  return target?.physical;
}
