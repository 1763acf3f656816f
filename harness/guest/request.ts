// SPDX-License-Identifier: GPL-2.0-only
// Requests to the agent as data: plans hold them, checkpoints are keyed by them.

import type { Op, Requests } from './protocol.ts';
import { failure, replySchemas } from './replies.ts';

/** A request and, for progress and errors, what it is for (`make XFS on pmem0`). */
export type GuestRequest = { [O in Op]: { op: O; args: Requests[O]; why: string } }[Op];

/** Why the reply means that the request failed, where it had to succeed; undefined when it did not fail. */
export function complaint(request: GuestRequest, reply: unknown): string | undefined {
  switch (request.op) {
    case 'run': {
      const { exit, signal, stdout, stderr } = replySchemas.run.parse(reply);
      if (exit === 0) return undefined;
      const how = exit === undefined ? `was ended by signal ${signal ?? '?'}` : `exited with ${exit}`;
      return `${request.args.argv.join(' ')} ${how}\n${`${stdout}${stderr}`.trim()}`.trim();
    }
    case 'modprobe': {
      const { failed } = replySchemas.modprobe.parse(reply);
      return failed.length === 0 ? undefined : failed.map(({ module, error }) => `${module}: ${error}`).join('\n');
    }
    case 'touch': {
      const { hit, touched } = replySchemas.touch.parse(reply);
      return hit === undefined ? undefined : `signal ${hit.signo} code ${hit.code} at page ${touched}`;
    }
    case 'verify': {
      const { wrong, failed } = replySchemas.verify.parse(reply);
      return wrong.length + failed.length === 0
        ? failedCall(reply)
        : `${wrong.length} pages differ, ${failed.length} cannot be read`;
    }
    default:
      return failedCall(reply);
  }
}

/** The system call that failed and its errno, if one did. */
function failedCall(reply: unknown): string | undefined {
  const { call, error } = failure.parse(reply);
  return error === undefined || call === undefined ? error : `${call}: ${error}`;
}
