// SPDX-License-Identifier: GPL-2.0-only
// start: starts a group of processes that is not there from the beginning.

import { z } from 'zod';
import { replySchemas } from '../../guest/replies.ts';
import { noteStore } from '../layout.ts';
import { processesKey, returnsKey } from '../keys.ts';
import { stepKind } from '../step.ts';

const schema = z.union([
  z.string().transform((processes) => ({ processes, returns: undefined })),
  z.strictObject({
    processes: processesKey,
    returns: returnsKey.describe('Error that open(2) or mmap(2) should return, such as EIO; none by default'),
  }),
]);

export const start = stepKind({
  key: 'start',
  title: 'Start the processes of a group, which are not there before, and let them map and touch their file',
  example: 'start: late',
  acts: true,
  schema: schema.describe('A group of processes'),
  names: ({ processes }) => ({ processes: [processes] }),
  makes: ({ processes }) => [processes],
  label: ({ processes, returns }) => (returns === undefined ? processes : `${processes}: returns ${returns}`),
  async run({ processes, returns }, context) {
    const group = context.processesOf(processes);
    let failed = 0;
    for (const request of context.later.get(processes) ?? []) {
      if (request.op === 'map' && returns !== undefined) {
        const reply = replySchemas.map.parse(await context.guest.request(request.op, request.args));
        const seen = `${reply.call ?? 'mmap'} ${reply.error === undefined ? 'succeeded' : `returned ${reply.error}`}`;
        if (reply.error !== returns)
          return { ok: false, wanted: `${request.why} returns ${returns}`, seen: `${request.args.process}: ${seen}` };
        failed++;
        continue;
      }
      // One that has no mapping has nothing to touch.
      if (returns !== undefined && (request.op === 'touch' || request.op === 'touch-again')) continue;
      const trouble = await context.attempt(request);
      if (trouble !== undefined)
        return { ok: false, wanted: `${processes} starts`, seen: `${request.why}: ${trouble}` };
      if (request.op !== 'touch' || request.args.how !== 'store') continue;
      const process = group.find(({ name }) => name === request.args.process);
      if (process !== undefined) noteStore(context.files, process, request.args.seed);
    }
    if (returns !== undefined) return { ok: true, seen: `${failed} of ${processes} got ${returns}` };
    return { ok: true, seen: `${group.length} of ${processes} started` };
  },
});
