// SPDX-License-Identifier: GPL-2.0-only
// Makes kernel logs of two boots and two builds comparable: what differs between them is replaced by its name. Pure.

/** What replaces what, in order. Small numbers (sectors, errors, flags) stay: they come from the scenario, not from the boot. */
const replacements: readonly [RegExp, string][] = [
  // `[    9.551288][  T136] `, with a priority before it where the source has one.
  [/^(?:<\d{1,3}>)?\[ *\d+\.\d{6}\](?:\[ *[TC]\d+\])? ?/, ''],
  [/\b[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\b/gi, 'UUID'],
  [/^(Memory failure|MCE|HWPoison): (?:0x)?[\da-f]+:/i, '$1: PFN:'],
  [/\b(pfns?|page frame)([ :=#]+)(?:0x)?[\da-f]+/gi, '$1$2PFN'],
  // A function's offset and size, and its line in the source, depend on the build.
  [/\b([A-Za-z_][\w.]*)\+0x[\da-f]+\/0x[\da-f]+/g, '$1'],
  // A module that is built alone names a file from its own folder, so the folders depend on the build as well.
  [/(?:\.{0,2}\/)?\b(?:[\w.-]+\/)*([\w-]+\.[chS]):\d+/g, '$1:LINE'],
  [/\b(file:? )(?:\.{0,2}\/)?(?:[\w.-]+\/)*([\w-]+\.[chS])\b/g, '$1$2'],
  [/^(EXT4-fs \w+ \(device \S+\): \w+):\d+/, '$1:LINE'],
  [/\bline(:?) \d+/g, 'line$1 LINE'],
  // Whether a function is in a module or in the image depends on the configuration.
  [/\b([A-Za-z_]\w+) \[[a-z]\w+\](?= \(|$)/g, '$1'],
  [/0x[\da-f]{5,}\b/gi, 'ADDR'],
  // arch/x86/kernel/cpu/mce/core.c:kill_me_maybe prints an address without 0x.
  [/( error in (?:user|kernel)-access at )[\da-f]+/g, '$1ADDR'],
  // `CPU#1: umount/132`, and the processes of a group, `mappers/2/116`: which of them comes first is chance.
  [/\b(CPU#\d+: [^\s/]+)(?:\/\d+)+$/g, '$1/PID'],
  // An address has a letter or is as long as a pointer; what has neither may be a sector.
  [/\b(?=[\da-f]*[a-f])[\da-f]{8,16}\b|\b[\da-f]{16}\b/gi, 'ADDR'],
  [/\b(pid|tid|uid|tgid|ppid)([ :=]+)\d+/gi, '$1$2PID'],
  // `mappers/3:170 due to`, `task umount:140 blocked`, `umount/132/0x2`, `[sh:136]`.
  [/(\S[^\s:]*):\d+(?= due to| blocked| state|\])/g, '$1:PID'],
  // hazmat numbers the processes of a group; the kernel numbers its workers.
  [/^(Memory failure: .* Sending \S+ to [^\s:]+?\/)\d*:/, '$1N:'],
  [/\bkworker\/\w+(?::\w+)?(?:[+-][\w-]+)?/g, 'kworker/N'],
  [/^(device-mapper: \w+: )(?:version )?[\d.]+\S*(?: \([\d-]+\))? initialised: \S+/, '$1VERSION initialised'],
  [/\b(CPU|cpu)([ #:]*)\d+/g, '$1$2N'],
  [/\b\d+(?:\.\d+)? ?(ms|us|ns|msecs?|usecs?|secs?|seconds|jiffies|s)\b/g, 'TIME $1'],
  [/\b(t|g|q|jiffies|fqs|softirq)=-?\d+(?:\/\d+)?/g, '$1=N'],
  [/\[#\d+\]/g, '[#N]'],
  [/ +$/, ''],
];

/** A line without what differs from boot to boot: times, addresses, pids, page frames, UUIDs, CPUs. */
export function normalizeLine(line: string): string {
  return replacements.reduce((text, [pattern, by]) => text.replace(pattern, by), line);
}

/** Lines that say nothing new: dumps of a report or of sysrq, which the fingerprint covers; notes on modules that hazmat built. */
const dumped: readonly RegExp[] = [
  /^\s*(?:\? )?\S+\+0x[\da-f]+\/0x[\da-f]+(?: \[\w+\])*(?: \(.*\))?$/,
  /^\s*(?:[RE][A-Z\d]{1,2}|[CD]R\d|[CDEFGS]S|CS|FS|PKRU|ORIG_RAX): /,
  /^RIP: |^Code: |^Modules linked in:|^Hardware name:|^Call Trace:|^Tainted: |^Sched Debug|^NMI backtrace|^Sending NMI|^INFO: NMI handler/,
  /^\s*<\/?(?:TASK|IRQ|NMI|SOFTIRQ|#DF|ENTRY_TRAMPOLINE)>$/,
  /^CPU: \d+ .*(?:PID|UID): |^\s*task:\S.* state:|^ *Workqueue: |^---\[ |^ret(?:int)?_from_/,
  /^#PF: |^PGD |^Oops: |^note: .* exited with |^CR2: |^sysrq: |^Showing (?:all|busy)|^irq event stamp/,
  // Modules that hazmat built taint the kernel; the series did not.
  /: loading out-of-tree module taints kernel\.$|: module verification failed: signature and\/or required key missing/,
  /^\s*$/,
];

/** The line of a log after which the kernel is no longer booting on its own. */
const bootEnds = /\] (?:Run \/?\S*init as init process|Freeing unused kernel image .*)$/;

/** What follows that line and is about init only. */
const initWords = /^ {2}with (?:arguments|environment):$|^ {4}\S+$/;

/**
 * The normalized lines that a kernel logged after it had booted, each once, in order of appearance: while the stack was set up
 * and during the steps. Dumps of registers and stacks are left out. A log without a boot is taken whole.
 */
export function comparableLines(log: string): string[] {
  const lines = log.split('\n');
  const start = lines.findLastIndex((line) => bootEnds.test(line)) + 1;
  const kept = lines
    .slice(start)
    .map((line) => line.replace(replacements[0]?.[0] ?? '', '').trimEnd())
    .filter((line) => !initWords.test(line) && !dumped.some((pattern) => pattern.test(line)));
  return [...new Set(kept.map(normalizeLine))];
}

/** Words with which a kernel reports a fault of its own. That memory is bad is what scenarios make it report. */
const alarming =
  /\b(?:BUG|WARNING|KASAN|KMSAN|KFENCE|UBSAN|Oops|panic|lockup|stall|refcount_t|Internal error|Assertion failed)\b|INFO: (?:task|rcu)|[Cc]orruption (?:of|detected)|list_\w+ corruption/;

/** Whether a line reports a fault of the kernel. Such lines are shown first. */
export function isAlarming(line: string): boolean {
  return alarming.test(line);
}
