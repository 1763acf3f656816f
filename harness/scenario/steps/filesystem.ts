// SPDX-License-Identifier: GPL-2.0-only
// filesystem: whether it works or has shut itself down.

import { z } from 'zod';
import { stepKind } from '../step.ts';
import { describeExit } from './run.ts';

const schema = z.strictObject({
  at: z.string().describe('Where it is mounted'),
  state: z.enum(['working', 'shut down']).describe('Reading its root directory succeeds, or fails with EIO'),
});

export const filesystem = stepKind({
  key: 'filesystem',
  title: 'Whether a filesystem works or has shut down',
  example: 'filesystem: {at: /mnt, state: shut down}',
  acts: false,
  schema,
  names: ({ at }) => ({ mounts: [at] }),
  label: ({ at, state }) => `${at} ${state}`,
  async run({ at, state }, context) {
    const reply = await context.guest.request('run', { argv: ['ls', at] });
    const failed = /Input\/output error/.test(reply.stderr);
    const now = reply.exit === 0 ? 'working' : failed ? 'shut down' : describeExit(reply);
    return now === state
      ? { ok: true, seen: `${at} is ${state}` }
      : { ok: false, wanted: `${at} is ${state}`, seen: `ls ${at}: ${describeExit(reply)}` };
  },
});
