// SPDX-License-Identifier: GPL-2.0-only
// What the agent replies: the data of each operation. A guest may send anything, so each reply is parsed.

import { z } from 'zod';

const address = z.string().regex(/^0x[0-9a-f]+$/);
const integer = z.int();

/** A system call that failed. */
export const failure = z.object({
  /** Which one: `open`, `pread`, `mmap`, ... `EIO` of open means something else than `EIO` of pread. */
  call: z.string().exactOptional(),
  /** The name of its errno (`EIO`). Without it, nothing failed. */
  error: z.string().exactOptional(),
});

const ioResult = z.object({
  /** What the call returned: bytes, or -1. */
  result: integer,
  /** The call that returned it: open, read, write, pread, pwrite, fsync, ... */
  call: z.string(),
  error: z.string().exactOptional(),
});

/** A signal that hit a process while it carried out the request. The `signal` event is sent too, before the reply. */
const hit = z.object({ signo: integer, code: integer, addr: address, lsb: integer });

export type Hit = z.infer<typeof hit>;

/** A signal that ended a touch: the page that was being touched and the address touched first; `addr` is what the kernel reported. */
const touchHit = hit.extend({ page: integer, touching: address });

/** Which whole pages hold which seed (256: zeros); null: other data. */
const seeds = z.array(integer.nullable());

export const replySchemas = {
  ping: z.object({ uptimeMs: z.number() }),
  run: z.object({
    exit: integer.exactOptional(),
    signal: integer.exactOptional(),
    stdout: z.string(),
    stderr: z.string(),
    durationMs: z.number(),
    truncated: z.boolean().exactOptional(),
  }),
  write: ioResult.extend({ durationMs: z.number() }),
  read: failure.extend({ data: z.string() }),
  modprobe: z.object({ failed: z.array(z.object({ module: z.string(), error: z.string() })) }),
  fill: failure,
  /** call, error: the file could not be opened. */
  verify: failure.extend({
    /** Pages that do not hold the pattern of the seed; `holds`: the seed whose pattern they hold, if any. */
    wrong: z.array(z.object({ page: integer, holds: integer.exactOptional() })),
    /** Pages that could not be read: the name of the errno, or `EOF`. */
    failed: z.array(z.object({ page: integer, error: z.string() })),
  }),
  pread: ioResult.extend({ seeds }),
  pwrite: ioResult,
  'verify-bytes': ioResult.extend({ same: z.boolean().exactOptional() }),
  fsync: ioResult,
  fallocate: ioResult,
  truncate: ioResult,
  'copy-range': ioResult,
  spawn: z.object({ pid: integer }),
  /** `addr` is empty when it failed. */
  map: failure.extend({ addr: address.or(z.literal('')) }),
  /** `seeds`: found by load, one for each page touched. */
  touch: z.object({ touched: integer, hit: touchHit.exactOptional(), seeds }),
  'touch-again': z.object({}),
  /** What the round found, a seed a page (null where a signal came) and the signals; of one that stores, the seeds are what it stored. */
  round: z.object({ seeds, hits: z.array(touchHit) }),
  /** Without `hit`, `stop` ended it. */
  spin: z.object({ hit: touchHit.exactOptional() }),
  stop: z.object({}),
  fork: z.object({ pid: integer }),
  'start-threads': z.object({ tids: z.array(integer) }),
  /** `tid`: the thread that goes on. */
  'leader-exit': z.object({ tid: integer }),
  madvise: failure.extend({ hit: hit.exactOptional() }),
  /** `hit`: a signal that came with the call, which returned all the same. */
  'write-from-mapping': ioResult.extend({ hit: hit.exactOptional() }),
  'read-to-mapping': ioResult.extend({ hit: hit.exactOptional() }),
  msync: ioResult.extend({ hit: hit.exactOptional() }),
  /** `seeds`: of the pages that were read. */
  'read-memory': ioResult.extend({ seeds: seeds.exactOptional() }),
  /** `addr`: where the mapping begins. */
  pagemap: failure.extend({
    addr: address,
    pages: integer,
    /** Runs of pages that are present, in order. */
    present: z.array(z.object({ page: integer, count: integer })),
  }),
  /** The page frame number; 0 when the page is not present. */
  frame: failure.extend({ frame: integer.exactOptional() }),
  /** `lives on` after a signal that ends nothing. */
  kill: z.object({ status: z.string() }),
  extents: failure.extend({
    extents: z.array(z.object({ logical: integer, physical: integer, length: integer, flags: integer })),
  }),
  /** `status`: the firmware's; 0 is success. */
  'ars-inject': failure.extend({ status: integer.exactOptional() }),
  'clear-error': failure.extend({ status: integer.exactOptional(), cleared: integer.exactOptional() }),
  forward: z.object({}),
  /** call, error: the kernel could not be asked for backtraces (sysrq). */
  diagnose: failure.extend({
    tasks: z.array(
      z.object({
        pid: integer,
        comm: z.string(),
        state: z.string(),
        wchan: z.string(),
        stack: z.string(),
        syscall: z.string(),
        /** Files of /proc/PID that could not be read, each with the name of its errno. */
        unreadable: z.record(z.string(), z.string()).exactOptional(),
      }),
    ),
  }),
  /** State R or D. The agent is not among them. */
  busy: z.object({ tasks: z.array(z.object({ pid: integer, state: z.string() })) }),
  calibrate: z.object({ microseconds: z.number() }),
  'zero-free': z.object({ bytes: integer }),
};

type Schemas = typeof replySchemas;

export type Replies = { [O in keyof Schemas]: z.infer<Schemas[O]> };

const byOperation: { [O in keyof Schemas]: z.ZodType<Replies[O]> } = replySchemas;

/** The data of a reply, checked; or why it is malformed. */
export function parseReply<O extends keyof Schemas>(
  op: O,
  data: unknown,
): { data: Replies[O] } | { malformed: string } {
  const { success, data: parsed, error } = byOperation[op].safeParse(data);
  return success ? { data: parsed } : { malformed: firstIssue(error) };
}

/** The first thing that is wrong, in one line. */
export function firstIssue({ issues }: z.ZodError): string {
  const [issue] = issues;
  if (issue === undefined) return 'malformed';
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}
