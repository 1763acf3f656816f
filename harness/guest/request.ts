// SPDX-License-Identifier: GPL-2.0-only
// Requests to the agent as data: plans hold them, checkpoints are keyed by them.

import type { Op, Replies, Requests } from './protocol.ts';

/** A request and, for progress and errors, what it is for (`make XFS on pmem0`). */
export type GuestRequest = { [O in Op]: { op: O; args: Requests[O]; why: string } }[Op];

/** What a reply complains of, where the request had to succeed; undefined when all is well. */
export function complaint(request: GuestRequest, reply: unknown): string | undefined {
  switch (request.op) {
    case 'run': {
      const { exit, signal, stdout, stderr } = reply as Replies['run'];
      if (exit === 0) return undefined;
      const how = exit === undefined ? `was ended by signal ${signal ?? '?'}` : `exited with ${exit}`;
      return `${request.args.argv.join(' ')} ${how}\n${`${stdout}${stderr}`.trim()}`.trim();
    }
    case 'modprobe': {
      const { failed } = reply as Replies['modprobe'];
      return failed.length === 0 ? undefined : failed.map(({ module, error }) => `${module}: ${error}`).join('\n');
    }
    case 'touch': {
      const { hit, touched } = reply as Replies['touch'];
      return hit === undefined ? undefined : `signal ${hit.signo} code ${hit.code} at page ${touched}`;
    }
    case 'verify': {
      const { wrong, failed, error } = reply as Replies['verify'];
      if (error !== undefined) return error;
      return wrong.length + failed.length === 0
        ? undefined
        : `${wrong.length} pages differ, ${failed.length} cannot be read`;
    }
    default:
      return (reply as { error?: string }).error;
  }
}
