// SPDX-License-Identifier: GPL-2.0-only
// run: whatever only a shell in the guest can express.

import { z } from 'zod';
import type { Replies } from '../../guest/protocol.ts';
import { InfraError } from '../../host/errors.ts';
import { matches, patternSchema } from '../pattern.ts';
import { stepKind } from '../step.ts';

/** Of the output. Characters. */
const mostSearched = 8 << 20;

const schema = z.union([
  z.string().transform((command) => ({ command, exit: 0, prints: undefined })),
  z.strictObject({
    command: z.string().describe('Given to sh -c in the guest'),
    exit: z.int().prefault(0).describe('The exit status that is right'),
    prints: patternSchema.optional().describe('A regular expression (RE2) that its output must match'),
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
    if (prints !== undefined && !isPrinted(prints, output)) {
      return {
        ok: false,
        wanted: `\`${command}\` prints /${prints}/`,
        seen: output === '' ? 'it printed nothing' : output,
      };
    }
    return { ok: true, seen: output === '' ? `exit ${exit}` : output };
  },
});

/** @throws InfraError when it is not in so much of the output as is searched */
function isPrinted(pattern: string, output: string): boolean {
  if (matches(pattern, output.slice(0, mostSearched))) return true;
  if (output.length <= mostSearched) return false;
  throw new InfraError(`the command printed ${output.length} characters, and only ${mostSearched} are searched`);
}

/** How a program in the guest ended, with what it printed. */
export function describeExit(reply: Replies['run']): string {
  const how = reply.exit === undefined ? `ended by signal ${reply.signal ?? '?'}` : `exit ${reply.exit}`;
  const output = `${reply.stdout}${reply.stderr}`.trim();
  return output === '' ? how : `${how}: ${output}`;
}
