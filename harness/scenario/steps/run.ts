// SPDX-License-Identifier: GPL-2.0-only
// run: whatever only a shell in the guest can express.

import { z } from 'zod';
import type { Replies } from '../../guest/protocol.ts';
import { stepKind } from '../step.ts';

const schema = z.union([
  z.string().transform((command) => ({ command, exit: 0, prints: undefined })),
  z.strictObject({
    command: z.string().describe('Given to sh -c in the guest'),
    exit: z.int().prefault(0).describe('The exit status that is right'),
    prints: z.string().optional().describe('A regular expression that its output must match'),
  }),
]);

export const run = stepKind({
  key: 'run',
  title: 'Run a shell command in the guest',
  example: 'run: {command: "xfs_info /mnt", prints: "rmapbt=1"}',
  acts: true,
  schema,
  withinMs: 10_000,
  label: ({ command }) => command,
  async run({ command, exit, prints }, context) {
    const reply = await context.guest.request('run', { argv: ['sh', '-c', command] });
    const output = `${reply.stdout}${reply.stderr}`.trim();
    if (reply.exit !== exit)
      return { ok: false, wanted: `\`${command}\` exits with ${exit}`, seen: describeExit(reply) };
    if (prints !== undefined && !new RegExp(prints, 'm').test(output)) {
      return {
        ok: false,
        wanted: `\`${command}\` prints /${prints}/`,
        seen: output === '' ? 'it printed nothing' : output,
      };
    }
    return { ok: true, seen: output === '' ? `exit ${exit}` : output };
  },
});

/** How a program in the guest ended, with what it printed. */
export function describeExit(reply: Replies['run']): string {
  const how = reply.exit === undefined ? `ended by signal ${reply.signal ?? '?'}` : `exit ${reply.exit}`;
  const output = `${reply.stdout}${reply.stderr}`.trim();
  return output === '' ? how : `${how}: ${output}`;
}
