// SPDX-License-Identifier: GPL-2.0-only
// The messages between harness and agent; docs/agent-protocol.md explains them. The data of replies is in replies.ts.
// What the agent can be asked is checked there by the rows of harness/agent/request/operations.c.

import { z } from 'zod';
import type { Replies } from './replies.ts';

export type { Hit, Replies } from './replies.ts';

/** Goes up when a message changes its meaning. The agent sends its own in `hello`; any other is refused. */
export const protocolVersion = 3;

/** The seed of a page of zeros, which a hole reads as; patterns have seeds below. As ZEROS in harness/agent/operations/pattern.h. */
export const zerosSeed = 256;

/** How a process of the scenario maps a file. Offsets and counts are in pages (host/page.ts). */
export interface MapRequest {
  file: string;
  page: number;
  pages: number;
  mode: 'shared' | 'private';
  /** MAP_SYNC with MAP_SHARED_VALIDATE. */
  sync: boolean;
  protection: 'read' | 'write';
}

/** A read or a write whose buffer is the mapping of a process. */
interface MappingTransfer {
  process: string;
  page: number;
  pages: number;
  file: string;
  offset: number;
  /** O_DIRECT. */
  direct?: boolean;
}

/** What the agent can be asked to do: the fields of each request. */
export interface Requests {
  /** Replies at once, after everything in the kernel log has been sent. */
  ping: object;
  /** Runs a program, argv, to its end. */
  run: { argv: string[]; stdin?: string; cwd?: string; env?: Record<string, string> };
  /** Writes to a file with one open (flags O_WRONLY, plus O_CREAT|O_TRUNC when create) and one write(2), in a child, so that the agent itself never hangs in it. */
  write: { path: string; data: string; create?: boolean };
  /** Reads a file of procfs, sysfs or the filesystem in a child; more than 1 MiB is EFBIG. */
  read: { path: string };
  /** Loads modules with /sbin/modprobe; the reply names those that failed. */
  modprobe: { modules: string[] };
  /** Writes `pages` pages of pattern `seed` to a file from page `page` on, then fsyncs; creates the file if there is none. In a child. */
  fill: { file: string; page: number; pages: number; seed: number };
  /** Reads a file page by page in a child and compares each page with pattern `seed`; O_DIRECT when direct. */
  verify: { file: string; page: number; pages: number; seed: number; direct?: boolean };
  /** One pread(2) in a child. Bytes. */
  pread: { file: string; offset: number; length: number; direct?: boolean };
  /** One pwrite(2) of pattern `seed` in a child; `badBuffer` passes an address that is not mapped, or that is mapped for `goodBytes` only, which are whole pages. Bytes. */
  pwrite: {
    file: string;
    offset: number;
    length: number;
    seed: number;
    direct?: boolean;
    badBuffer?: boolean;
    goodBytes?: number;
  };
  /** Reads bytes of one page in a child and compares them with what the pattern of `seed` has there. */
  'verify-bytes': { file: string; offset: number; length: number; seed: number };
  /** fsync(2), or fdatasync(2), of the file, opened for it, in a child. */
  fsync: { file: string; dataOnly?: boolean };
  /** One fallocate(2) in a child; `mode`: FALLOC_FL_* (include/uapi/linux/falloc.h). Creates the file if there is none. Bytes. */
  fallocate: { file: string; mode: number; offset: number; length: number };
  /** One ftruncate(2) in a child; creates the file if there is none. Bytes. */
  truncate: { file: string; length: number };
  /** One copy_file_range(2) in a child; creates the target if there is none. Bytes. */
  'copy-range': { file: string; offset: number; length: number; target: string; targetOffset: number };
  /** Starts a process of the scenario. Early: PR_MCE_KILL_EARLY. Core: the kernel may dump a core of it, with all its mappings. */
  spawn: { process: string; early?: boolean; core?: boolean };
  /** The process maps a file. */
  map: { process: string } & MapRequest;
  /** The process touches pages of its mapping (index from the mapping's start): loads each whole page, or stores the pattern of `seed`. The first word touched is not the first of the page. With `length` it touches only so many bytes from `offset` of each page on, and a load compares them with the pattern of `seed`. With no pages it replies once it has handled its pending signals. Thread: a new thread touches, not the leader. */
  touch: {
    process: string;
    page: number;
    pages: number;
    how: 'load' | 'store';
    seed: number;
    thread?: boolean;
    offset?: number;
    length?: number;
  };
  /** A new thread of the process touches all its pages over and over, whatever signals it runs into; the process goes on to serve requests. */
  'touch-again': { process: string; how: 'load' | 'store'; seed: number };
  /** Waits until that thread has touched all pages once more, in a round that began after this was asked. */
  round: { process: string };
  /** The process loads from one page over and over, in user mode, until a signal hits it or `stop` comes. `started` comes once it is in its loop, the reply when the loop has ended. */
  spin: { process: string; page: number };
  /** Ends the spin of a process, if there is one. */
  stop: { process: string };
  /** The process forks; the child is a process of its own, named `child`, with the same mapping. */
  fork: { process: string; child: string };
  /** The process starts threads that sleep. */
  'start-threads': { process: string; count: number };
  /** The process goes on as one of its threads while its thread-group leader exits; the reply comes once the leader is a zombie. */
  'leader-exit': { process: string };
  /** The process calls madvise(MADV_HWPOISON or MADV_SOFT_OFFLINE) once, on pages of its mapping. */
  madvise: { process: string; page: number; pages: number; advice: 'hwpoison' | 'soft-offline' };
  /** One pwrite(2) by the process to a file, from pages of its mapping. `offset` in bytes. */
  'write-from-mapping': MappingTransfer;
  /** One pread(2) by the process from a file, to pages of its mapping. `offset` in bytes. */
  'read-to-mapping': MappingTransfer;
  /** msync(2) with MS_SYNC by the process, of pages of its mapping. */
  msync: { process: string; page: number; pages: number };
  /** Pages of the mapping of a process, read through its /proc/PID/mem in a child. `filePage`: what page of the file the first one is. */
  'read-memory': { process: string; page: number; pages: number; filePage: number };
  /** /proc/PID/pagemap of a process for its mapping, read by the agent, which is root in a guest. */
  pagemap: { process: string };
  /** The page frame of one page of the mapping of a process. */
  frame: { process: string; page: number };
  /** Sends a signal to a process, SIGKILL by default, and waits for its end unless it is SIGSTOP or SIGCONT. */
  kill: { process: string; signal?: number };
  /** Physical and logical extents of a file through FIEMAP. Bytes. */
  extents: { file: string };
  /** ARS Error Inject; with `notify` the firmware notifies the kernel of it. `bus`: its device, /dev/ndctl0. Bytes. */
  'ars-inject': { bus: string; address: number; length: number; notify: boolean };
  /** Clear Uncorrectable Error by ioctl, as a program asks for it. `bus`: its device, /dev/ndctl0. Bytes. */
  'clear-error': { bus: string; address: number; length: number };
  /** Connects the virtio port with this name to 127.0.0.1:port in the guest, one connection at a time, until the guest ends. */
  forward: { name: string; port: number };
  /** Why it hangs: stacks and states of these tasks; blocked tasks and every CPU's backtrace (sysrq w, l) go into the kernel log. */
  diagnose: { pids: number[] };
  /** Which tasks have something to do: running, ready to run, or waiting without being interruptible. */
  busy: object;
  /** A fixed amount of work (system calls, page faults, arithmetic); the time it took shows how slow this guest is. */
  calibrate: object;
  /** Fills free memory with zeros: all but 12 MiB of it, and at most so many bytes. */
  'zero-free': { most: number };
}

export type Op = keyof Requests & keyof Replies;

/** What every message has. `seq` counts up by one over every message. */
export const envelopeSchema = z.object({ seq: z.int(), event: z.string() });

/** What every reply has. Id 0: the line had no id that could be read. */
export const replyIdSchema = z.object({ event: z.literal('reply'), id: z.int() });

/** Longer than a record of /dev/kmsg can be with every byte escaped (kernel/printk/internal.h:PRINTK_MESSAGE_MAX). Characters. */
const longestRecord = 64 << 10;

const seq = z.int();
const id = z.int();
const pid = z.int();

/** A record of /dev/kmsg: priority (facility * 8 + level), sequence, microseconds, text (its lines joined with newline; \xNN escapes of other bytes are kept). */
export const kernelRecordSchema = z.object({
  seq,
  event: z.literal('kmsg'),
  priority: z.int(),
  kseq: z.int(),
  us: z.int(),
  caller: z.string().exactOptional(),
  text: z.string().max(longestRecord),
});

/** Agent to harness: one line of JSON. */
export const messageSchema = z.discriminatedUnion('event', [
  /** The first message. kmsg: whether this agent can read the kernel log; if not, the errno is in kmsgError. */
  z.object({
    seq,
    event: z.literal('hello'),
    protocol: z.int(),
    kernel: z.string(),
    pid,
    kmsg: z.boolean(),
    kmsgError: z.string().exactOptional(),
  }),
  /** Every second. */
  z.object({ seq, event: z.literal('beat'), uptimeMs: z.number() }),
  kernelRecordSchema,
  /** Records of the kernel log were overwritten before they could be read. */
  z.object({ seq, event: z.literal('kmsg-lost') }),
  /** A process serves request `id`. */
  z.object({ seq, event: z.literal('started'), id, pid }),
  /** `page`: index of the page in the mapping, if addr lies in it. */
  z.object({
    seq,
    event: z.literal('signal'),
    process: z.string(),
    pid,
    tid: z.int(),
    signo: z.int(),
    code: z.int(),
    addr: z.string().regex(/^0x[0-9a-f]+$/),
    lsb: z.int(),
    page: z.int().exactOptional(),
    /** The thread of `touch-again` ran into it. Of such a thread only the first 64 are sent. */
    again: z.boolean().exactOptional(),
  }),
  z.object({ seq, event: z.literal('exit'), process: z.string(), pid, status: z.string() }),
  z.discriminatedUnion('ok', [
    z.object({ seq, ...replyIdSchema.shape, ok: z.literal(true), data: z.unknown() }),
    /** The request was wrong or could not be served (not: the kernel returned an error). `ended`: the process that was to serve it ended first, such as `signal 9 SIGKILL` after an oops. */
    z.object({
      seq,
      ...replyIdSchema.shape,
      ok: z.literal(false),
      error: z.string(),
      ended: z.string().exactOptional(),
    }),
  ]),
]);

export type Message = z.infer<typeof messageSchema>;

/** A record of the guest's kernel log. */
export type KernelRecord = z.infer<typeof kernelRecordSchema>;
