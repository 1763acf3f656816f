// SPDX-License-Identifier: GPL-2.0-only
// kill: sends a signal to test processes. A process that maps a file keeps its filesystem from being unmounted.

import { z } from 'zod';
import { processesKey } from '../keys.ts';
import { stepKind } from '../step.ts';

/** Their numbers (include/uapi/asm-generic/signal.h). */
const numbers = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGTERM: 15,
  SIGCONT: 18,
  SIGSTOP: 19,
} as const;

const group = z.string().transform((name) => [name]);
const groups = z.array(processesKey).min(1);
const signalKey = z
  .enum(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGABRT', 'SIGSTOP', 'SIGCONT'])
  .prefault('SIGKILL');

const schema = z
  .union([
    group.transform((processes) => ({ processes, signal: 'SIGKILL' as const })),
    groups.transform((processes) => ({ processes, signal: 'SIGKILL' as const })),
    z.strictObject({
      processes: z.union([group, groups]).describe('A group of processes, or a list of groups'),
      signal: signalKey.describe(
        'The signal; all but SIGSTOP and SIGCONT end a process, SIGQUIT and SIGABRT with a core where it has `core-dump`',
      ),
    }),
  ])
  .describe('A group of processes, or a list of groups');

export const kill = stepKind({
  key: 'kill',
  title:
    'Send a signal to the processes of one or more groups; when they have ended, their filesystem can be unmounted',
  example: 'kill: mappers',
  acts: true,
  schema,
  names: ({ processes }) => ({ processes }),
  label: ({ processes, signal }) => `${processes.join(', ')}${signal === 'SIGKILL' ? '' : `: ${signal}`}`,
  async run({ processes, signal }, context) {
    const ended: string[] = [];
    for (const { name } of processes.flatMap((one) => context.processesOf(one))) {
      const { status } = await context.guest.request('kill', {
        process: name,
        ...(signal === 'SIGKILL' ? {} : { signal: numbers[signal] }),
      });
      ended.push(`${name}: ${status}`);
    }
    return { ok: true, seen: ended.join('; ') };
  },
});
