// SPDX-License-Identifier: GPL-2.0-only
// The messages between harness and agent. docs/agent-protocol.md is written from this file and harness/agent/.

/** Raised when a message changes its meaning; the agent says its own in `hello`, and any other is refused. */
export const protocolVersion = 2;

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

/** What the agent can be asked to do; the reply's data for each is in `Replies`. */
export interface Requests {
  /** Replies at once, after everything in the kernel log has been sent. */
  ping: object;
  /** Runs a program, argv, to its end. `started` tells its pid first. */
  run: { argv: string[]; stdin?: string; cwd?: string; env?: Record<string, string> };
  /** Writes to a file with one open (flags O_WRONLY, plus O_CREAT|O_TRUNC when create) and one write(2), in a child, so that the agent is never stuck in it. */
  write: { path: string; data: string; create?: boolean };
  /** Reads a file of procfs, sysfs or the filesystem in a child; more than 1 MiB is EFBIG. */
  read: { path: string };
  /** Loads modules (init and the initramfs's modprobe). Names that fail are told. */
  modprobe: { modules: string[] };
  /** Makes a file and writes `pages` pages of pattern `seed` from page `page` on, then fsyncs. In a child. */
  fill: { file: string; page: number; pages: number; seed: number };
  /** Compares pages with the pattern through read(2), page by page, in a child; O_DIRECT when direct. */
  verify: { file: string; page: number; pages: number; seed: number; direct?: boolean };
  /** One pread(2) in a child. Bytes. */
  pread: { file: string; offset: number; length: number; direct?: boolean };
  /** One pwrite(2) of pattern `seed` in a child; `badBuffer` gives an address that is not mapped. Bytes. */
  pwrite: { file: string; offset: number; length: number; seed: number; direct?: boolean; badBuffer?: boolean };
  /** Starts a process of the scenario. Early: PR_MCE_KILL_EARLY. */
  spawn: { process: string; early?: boolean };
  /** The process maps a file. */
  map: { process: string } & MapRequest;
  /** The process touches pages of its mapping (index from the mapping's start): loads each whole page, or stores the pattern; the first word touched is not the page's first. No pages: answers once it has handled its pending signals. `seed` is 1..255; for load it may be 0. Thread: a new thread of it does, not the leader. */
  touch: { process: string; page: number; pages: number; how: 'load' | 'store'; seed: number; thread?: boolean };
  /** The process loads from one page over and over, in user mode, until a signal hits it or it is told to `stop`. `started` comes once it is in its loop, the reply when that ended. */
  spin: { process: string; page: number };
  /** Ends the spin of a process; what does not spin is left alone. */
  stop: { process: string };
  /** The process forks; the child is a process of its own by the name given, with the same mapping. */
  fork: { process: string; child: string };
  /** The process starts threads that sleep; each can be signaled. */
  'start-threads': { process: string; count: number };
  /** The process goes on as one of its threads while its thread-group leader exits; answers once the leader is a zombie. */
  'leader-exit': { process: string };
  /** The process calls madvise(MADV_HWPOISON or MADV_SOFT_OFFLINE) once, on pages of its mapping. */
  madvise: { process: string; page: number; pages: number; advice: 'hwpoison' | 'soft-offline' };
  /** One pwrite(2) by the process to a file, from pages of its mapping. `offset` in bytes. */
  'write-from-mapping': { process: string; page: number; pages: number; file: string; offset: number };
  /** /proc/PID/pagemap of a process for its mapping. Asked by the agent itself, which is root. */
  pagemap: { process: string };
  /** Ends a process (SIGKILL) and waits for it. */
  kill: { process: string };
  /** Physical and logical extents of a file through FIEMAP. Bytes. */
  extents: { file: string };
  /** Bridges the virtio port with this name to 127.0.0.1:port in the guest, one connection at a time, until the guest ends. */
  forward: { name: string; port: number };
  /** Why is it stuck: stacks and states of these pids, blocked tasks, every CPU's backtrace (sysrq l, w) into the kernel log. */
  diagnose: { pids: number[] };
  /** A fixed piece of work (syscalls, page faults, arithmetic); how long it took tells how slow this guest is. */
  calibrate: object;
}

/** A signal that hit a process while it did what was asked. The `signal` event is sent too, before the reply. */
export interface Hit {
  signo: number;
  code: number;
  /** Hexadecimal with 0x. */
  addr: string;
  lsb: number;
}

/** A system call that failed. */
export interface Failure {
  /** Which one: `open`, `pread`, `mmap`, ... An `EIO` of open is another thing than an `EIO` of pread. */
  call?: string;
  /** Errno as a name (`EIO`); undefined when all went well. */
  error?: string;
}

export interface IoResult extends Failure {
  /** What the call gave: bytes, or -1. */
  result: number;
  /** The call that gave it: open, read, write, pread or pwrite. */
  call: string;
}

export interface Replies {
  ping: { uptimeMs: number };
  run: { exit?: number; signal?: number; stdout: string; stderr: string; durationMs: number; truncated?: boolean };
  write: IoResult & { durationMs: number };
  read: { data: string } & Failure;
  modprobe: { failed: { module: string; error: string }[] };
  fill: Failure;
  verify: {
    /** Pages that differ from the pattern, and what they hold: seed found, or undefined for foreign content. */
    wrong: { page: number; holds?: number }[];
    /** Pages that could not be read: an errno's name, or `EOF`. */
    failed: { page: number; error: string }[];
    /** call, error: the file could not be opened. */
  } & Failure;
  pread: IoResult & {
    /** Which whole pages of what was read carry which seed; null: something else. */ seeds: (number | null)[];
  };
  pwrite: IoResult;
  spawn: { pid: number };
  /** `addr` is empty when it failed. */
  map: { addr: string } & Failure;
  /** `hit` ended it; its page is the one that was being touched, its addr what the kernel said. */
  touch: {
    touched: number;
    hit?: Hit & {
      page: number;
      /** The address that was touched first, in hexadecimal. */
      touching: string;
    };
    /** Seeds found by load, per page touched. */ seeds: (number | null)[];
  };
  /** No `hit`: it was told to stop. */
  spin: { hit?: Hit & { page: number; touching: string } };
  stop: object;
  fork: { pid: number };
  'start-threads': { tids: number[] };
  /** `tid`: of the thread that goes on. */
  'leader-exit': { tid: number };
  madvise: { hit?: Hit } & Failure;
  /** `hit`: a signal that came with the call, which returned all the same. */
  'write-from-mapping': IoResult & { hit?: Hit };
  /** `addr`: where the mapping begins. */
  pagemap: { addr: string; pages: { present: boolean; pfn: number; swapped: boolean; filePage: boolean }[] } & Failure;
  kill: { status: string };
  extents: { extents: { logical: number; physical: number; length: number; flags: number }[] } & Failure;
  forward: object;
  diagnose: { tasks: { pid: number; comm: string; state: string; wchan: string; stack: string; syscall: string }[] };
  calibrate: { microseconds: number };
}

export type Op = keyof Requests;

/** Harness to agent: one line of JSON. */
export type Request<O extends Op = Op> = { id: number; op: O } & Requests[O];

/** Agent to harness: one line of JSON; `seq` counts up by one over every message. */
export type Message = { seq: number } &
  /** The first message. kmsg: whether this agent can read the kernel log. */
  (
    | { event: 'hello'; protocol: number; kernel: string; pid: number; kmsg: boolean }
    /** Every second. */
    | { event: 'beat'; uptimeMs: number }
    /** A record of /dev/kmsg: priority (facility * 8 + level), sequence, microseconds, text (its lines joined with newline; \xNN escapes of other bytes are kept). */
    | { event: 'kmsg'; priority: number; kseq: number; us: number; caller?: string; text: string }
    /** Records of the kernel log were overwritten before they could be read. */
    | { event: 'kmsg-lost' }
    | { event: 'started'; id: number; pid: number }
    | {
        event: 'signal';
        process: string;
        pid: number;
        tid: number;
        signo: number;
        code: number;
        addr: string;
        lsb: number;
        /** Index of the page in the mapping, if it lies in it. */ page?: number;
      }
    | { event: 'exit'; process: string; pid: number; status: string }
    | { event: 'reply'; id: number; ok: true; data: unknown }
    /** The request itself was wrong or the agent could not serve it (not: the kernel answered with an error). */
    /** `ended`: the process that was to serve it ended first, such as `signal 9 SIGKILL` after an oops. Id 0: the request had none. */
    | { event: 'reply'; id: number; ok: false; error: string; ended?: string }
  );
