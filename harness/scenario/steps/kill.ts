// SPDX-License-Identifier: GPL-2.0-only
// kill: ends test processes. A process that maps a file keeps its filesystem from being unmounted.

import { z } from 'zod';
import { processesKey } from '../keys.ts';
import { stepKind } from '../step.ts';

export const kill = stepKind({
  key: 'kill',
  title: 'Send SIGKILL to the processes of one or more groups; afterwards their filesystem can be unmounted',
  example: 'kill: mappers',
  acts: true,
  schema: z
    .union([z.string().transform((group) => [group]), z.array(processesKey).min(1)])
    .describe('A group of processes, or a list of groups'),
  names: (groups) => ({ processes: groups }),
  label: (groups) => groups.join(', '),
  async run(groups, context) {
    const ended: string[] = [];
    for (const { name } of groups.flatMap((group) => context.processesOf(group))) {
      const { status } = await context.guest.request('kill', { process: name });
      ended.push(`${name}: ${status}`);
    }
    return { ok: true, seen: ended.join('; ') };
  },
});
