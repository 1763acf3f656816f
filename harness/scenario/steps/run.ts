// SPDX-License-Identifier: GPL-2.0-only
// run: a shell command, for what no other step can do.

import { z } from 'zod';
import type { Replies } from '../../guest/protocol.ts';
import { InfraError } from '../../host/errors.ts';
import { matches, patternSchema } from '../pattern.ts';
import { stepKind } from '../step.ts';

/** Of the output. Characters. */
const mostSearched = 8 << 20;

const schema = z.union([
  z.string().transform((command) => ({ command, exit: 0, output: undefined })),
  z.strictObject({
    command: z.string().describe('Passed to sh -c in the guest'),
    exit: z.int().prefault(0).describe('Expected exit status'),
    output: patternSchema
      .optional()
      .describe('Regular expression (RE2) that a line of its output (stdout or stderr) must match; ^$ for no output'),
  }),
]);

export const run = stepKind({
  key: 'run',
  title: 'Run a shell command in the guest',
  example: 'run: {command: "xfs_info /mnt", output: "rmapbt=1"}',
  acts: true,
  schema,
  deadlineMs: 10_000,
  label: ({ command }) => command,
  async run({ command, exit, output: expected }, context) {
    const reply = await context.guest.request('run', { argv: ['sh', '-c', command] });
    context.noteCommand(command);
    const output = `${reply.stdout}${reply.stderr}`.trim();
    if (reply.exit !== exit)
      return { ok: false, wanted: `\`${command}\` exits with ${exit}`, seen: describeExit(reply) };
    if (expected !== undefined && !isPrinted(expected, output)) {
      return {
        ok: false,
        wanted: `\`${command}\` prints /${expected}/`,
        seen: output === '' ? 'no output' : output,
      };
    }
    return { ok: true, seen: output === '' ? `exit ${exit}` : output };
  },
});

/**
 * Whether a line of the output matches. Empty lines do not count: `^$` is for no output at all.
 * @throws InfraError when it is not in the part of the output that is searched
 */
function isPrinted(pattern: string, output: string): boolean {
  if (matches(pattern, output.slice(0, mostSearched).replace(/\n(?:\s*\n)+/g, '\n'))) return true;
  if (output.length <= mostSearched) return false;
  throw new InfraError(`the command printed ${output.length} characters, and only ${mostSearched} are searched`);
}

/** How a program in the guest ended, with its output. */
export function describeExit(reply: Replies['run']): string {
  const how = reply.exit === undefined ? `ended by signal ${reply.signal ?? '?'}` : `exit ${reply.exit}`;
  const output = `${reply.stdout}${reply.stderr}`.trim();
  return output === '' ? how : `${how}: ${output}`;
}
