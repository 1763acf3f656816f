// SPDX-License-Identifier: GPL-2.0-only
// filesystem: whether a filesystem works or has shut down.

import { z } from 'zod';
import { mountKey } from '../keys.ts';
import { stepKind } from '../step.ts';
import { describeExit } from './run.ts';

const schema = z.strictObject({
  mount: mountKey,
  expect: z.enum(['working', 'shut down']).describe('Whether reading its root directory succeeds, or returns EIO'),
});

export const filesystem = stepKind({
  key: 'filesystem',
  title: 'Whether a filesystem works or has shut down',
  example: 'filesystem: {mount: /mnt, expect: shut down}',
  acts: false,
  schema,
  names: ({ mount }) => ({ mounts: [mount] }),
  label: ({ mount, expect }) => `${mount} ${expect}`,
  async run({ mount, expect }, context) {
    const reply = await context.guest.request('run', { argv: ['ls', mount] });
    const failed = /Input\/output error/.test(reply.stderr);
    const now = reply.exit === 0 ? 'working' : failed ? 'shut down' : describeExit(reply);
    return now === expect
      ? { ok: true, seen: `${mount} is ${expect}` }
      : { ok: false, wanted: `${mount} is ${expect}`, seen: `ls ${mount}: ${describeExit(reply)}` };
  },
});
