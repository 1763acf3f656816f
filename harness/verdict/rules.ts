// SPDX-License-Identifier: GPL-2.0-only
// What counts as a crash in a kernel log: one table, read from top to bottom; the first rule that matches a line is taken.
// docs/verdicts.md has the same table; a test compares the two.
//
// A file name, the name of a task, a device or a cache may be anything: the patterns take any characters for them. Control
// characters are shown as `\x1b` before a line is read.

export interface Rule {
  /** Short name; part of the fingerprint, so a change makes old fingerprints useless. */
  kind: string;
  /** The line that begins the report. Anchored, so a line that quotes such words does not begin one. */
  start: RegExp;
  /**
   * The title: `{name}` is replaced by the named group of `start`, `{function}` by the function found in the report.
   * Numbers, addresses and pids in it are taken out.
   */
  title: string;
  /** crash: the kernel reports a defect. hang: the kernel itself reports that something does not go on. */
  type: 'crash' | 'hang';
  /**
   * How the report goes on. `line`: it is this line alone. `trace`: known lines of an oops or a stack dump; any other line
   * is not part of it. `text`: free text up to the end.
   */
  body: 'line' | 'trace' | 'text';
  /** The line that ends the report; without it, the end of its (first) call trace, or the first line that is not part of it. */
  end?: RegExp;
  /** No later report can be trusted after this one: later reports are kept as its consequences. */
  fatal: boolean;
  /** One line that begins such a report, for docs/verdicts.md and for the test that every rule matches its own. */
  example: string;
}

const endTrace = /^---\[ end trace [0-9a-f]+ \]---/;
const oops = { type: 'crash', body: 'trace', end: endTrace, fatal: true } as const;
const warning = { type: 'crash', body: 'trace', end: endTrace, fatal: false } as const;
const sanitizer = { type: 'crash', body: 'text', end: /^={50,}$/, fatal: true } as const;
const lockdep = { type: 'crash', body: 'text', fatal: false } as const;
const dump = { type: 'crash', body: 'trace', fatal: false } as const;
const stall = { type: 'hang', body: 'text', fatal: false } as const;
const single = { type: 'crash', body: 'line', fatal: false } as const;

// prettier-ignore
export const rules: readonly Rule[] = [
  // Sanitizers.
  { ...sanitizer, kind: 'kasan', start: /^BUG: KASAN: (?<what>[\w -]+?)(?: in (?<function>[\w.]+)\+.*)?$/, title: 'KASAN: {what} in {function}', example: 'BUG: KASAN: slab-use-after-free in dax_disassociate_entry+0x1a2/0x2c0' },
  { ...sanitizer, kind: 'kmsan', start: /^BUG: KMSAN: (?<what>[\w -]+?) in (?<function>[\w.]+)\+/, title: 'KMSAN: {what} in {function}', example: 'BUG: KMSAN: uninit-value in pmem_do_write+0x123/0x200' },
  { ...sanitizer, kind: 'kfence', start: /^BUG: KFENCE: (?<what>[\w -]+?) in (?<function>[\w.]+)\+/, title: 'KFENCE: {what} in {function}', example: 'BUG: KFENCE: use-after-free read in dax_associate_entry+0x12/0x90' },
  { ...sanitizer, kind: 'kcsan', start: /^BUG: KCSAN: (?<what>[\w -]+?) in (?<function>[\w.]+)/, title: 'KCSAN: {what} in {function}', fatal: false, example: 'BUG: KCSAN: data-race in dax_layout_busy_page / dax_insert_entry' },
  { ...warning, kind: 'ubsan', start: /^UBSAN: (?<what>[\w-]+) in /, title: 'UBSAN: {what} in {function}', end: /^---\[ end trace \]---|^={50,}$/, example: 'UBSAN: array-index-out-of-bounds in fs/dax.c:123:4' },

  // Memory accesses that trap.
  { ...oops, kind: 'null-deref', start: /^BUG: (?:kernel NULL pointer dereference|unable to handle kernel NULL pointer dereference)/, title: 'BUG: kernel NULL pointer dereference in {function}', example: 'BUG: kernel NULL pointer dereference, address: 0000000000000001' },
  { ...oops, kind: 'page-fault', start: /^BUG: unable to handle (?:page fault for|kernel paging request at)/, title: 'BUG: unable to handle page fault in {function}', example: 'BUG: unable to handle page fault for address: ffffea0004000008' },
  { ...oops, kind: 'page-fault', start: /^Unable to handle kernel .*at virtual address/, title: 'BUG: unable to handle page fault in {function}', example: 'Unable to handle kernel paging request at virtual address dead000000000108' },
  { ...oops, kind: 'gpf', start: /^(?:Oops: )?general protection fault(?:,|: )/, title: 'general protection fault in {function}', example: 'Oops: general protection fault, probably for non-canonical address 0xdead000000000108: 0000 [#1] SMP NOPTI' },
  { ...oops, kind: 'stack-overflow', start: /^BUG: (?:TASK |IRQ |NMI )?(?:stack guard page was hit|unable to handle kernel stack)/, title: 'kernel stack overflow in {function}', example: 'BUG: TASK stack guard page was hit at 00000000a1b2c3d4 (stack is 00000000b1b2c3d4..00000000c1b2c3d4)' },
  { ...oops, kind: 'double-fault', start: /^(?:traps: )?(?:PANIC: double fault|double fault: |Oops: double fault: )/, title: 'double fault in {function}', example: 'traps: PANIC: double fault, error_code: 0x0' },

  // The kernel's own assertions.
  { ...oops, kind: 'kernel-bug', start: /^kernel BUG at (?<where>.+?):\d+!/i, title: 'kernel BUG in {function}', example: 'kernel BUG at fs/dax.c:412!' },
  { ...warning, kind: 'refcount', start: /^refcount_t: (?<what>[\w -]+)/, title: 'refcount_t: {what} in {function}', example: 'refcount_t: underflow; use-after-free.' },
  { ...warning, kind: 'list-corruption', start: /^(?<what>list_(?:add|del)) corruption/, title: '{what} corruption in {function}', example: 'list_del corruption, ffff8880012345678->next is LIST_POISON1 (dead000000000100)' },
  { ...warning, kind: 'xfs-assert', start: /^XFS(?: \([^)]+\))?: Assertion failed: (?<what>.+?),? file:/, title: 'XFS: assertion failed: {what} in {function}', example: 'XFS: Assertion failed: bp->b_pag == NULL, file: fs/xfs/xfs_buf.c, line: 123' },
  { ...warning, kind: 'warning', start: /^WARNING: CPU: \d+ PID: \d+ at (?<where>.+?):\d+(?: (?<function>[\w.]+)\+)?/, title: 'WARNING in {function}', example: 'WARNING: CPU: 1 PID: 212 at fs/dax.c:380 dax_insert_entry+0x227/0x2d0' },
  { ...warning, kind: 'warning', start: /^WARNING: (?<where>.+?):\d+ at (?<function>[\w.]+)\+/, title: 'WARNING in {function}', example: 'WARNING: fs/proc/generic.c:397 at proc_register+0x11b/0x170, CPU#0: mount/161' },
  { ...warning, kind: 'warning', start: /^WARNING: (?<where>.+?):\d+ at 0x[0-9a-f]+/, title: 'WARNING in {function}', example: 'WARNING: fs/dax.c:380 at 0x0, CPU#1: cat/161' },

  // Locking.
  { ...lockdep, kind: 'deadlock', start: /^WARNING: possible (?<what>circular locking dependency|recursive locking|irq lock inversion dependency) detected/, title: 'possible {what} in {function}', example: 'WARNING: possible circular locking dependency detected' },
  { ...lockdep, kind: 'lock-state', start: /^WARNING: (?<what>inconsistent lock state|Nested lock was not taken|\w+-safe -> \w+-unsafe lock order detected)/, title: '{what} in {function}', example: 'WARNING: inconsistent lock state' },
  { ...lockdep, kind: 'rcu-usage', start: /^WARNING: suspicious RCU usage/, title: 'suspicious RCU usage in {function}', example: 'WARNING: suspicious RCU usage' },
  { ...lockdep, kind: 'lock-held', start: /^WARNING: (?<what>held lock freed|bad unlock balance detected|bad contention detected|lock held when returning to user space)/, title: '{what} in {function}', example: 'WARNING: bad unlock balance detected!' },
  { ...lockdep, kind: 'lock-held', start: /^(?:BUG|WARNING): .+\/\d+ still has locks held!/, title: 'task ended with locks held in {function}', example: 'BUG: umount/132 still has locks held!' },
  { ...lockdep, kind: 'wait-context', start: /^(?:\[ )?BUG: Invalid wait context/, title: 'invalid wait context in {function}', example: '[ BUG: Invalid wait context ]' },
  { ...lockdep, kind: 'lock-key', start: /^INFO: trying to register non-static key/, title: 'lock used before it was initialized in {function}', example: 'INFO: trying to register non-static key.' },
  { ...lockdep, kind: 'atomic-sleep', start: /^BUG: sleeping function called from invalid context at/, title: 'BUG: sleeping function called from invalid context in {function}', example: 'BUG: sleeping function called from invalid context at kernel/locking/mutex.c:580' },
  { ...lockdep, kind: 'atomic-sleep', start: /^BUG: (?<what>scheduling while atomic|using \w+\(\) in preemptible)/, title: 'BUG: {what} in {function}', example: 'BUG: scheduling while atomic: umount/132/0x00000002' },
  { ...dump, kind: 'spinlock', start: /^BUG: (?<what>spinlock|rwlock) (?<how>bad magic|recursion|wrong owner|wrong CPU|trylock failure on UP|already unlocked|cpu recursion|lockup suspected|lockup)/, title: 'BUG: {what} {how} in {function}', example: 'BUG: spinlock bad magic on CPU#1, umount/132' },

  // Memory management.
  { ...dump, kind: 'bad-page', start: /^BUG: Bad (?<what>page (?:state|map|cache))/, title: 'BUG: Bad {what} in {function}', example: 'BUG: Bad page state in process victim  pfn:20018' },
  { ...single, kind: 'bad-rss', start: /^BUG: (?:Bad rss-counter state|non-zero pgtables_bytes)/, title: 'BUG: Bad rss-counter or page table count', example: 'BUG: Bad rss-counter state mm:00000000c0ffee00 type:MM_FILEPAGES val:3' },
  { ...sanitizer, kind: 'slab', start: /^BUG \S.* \([^)]*\): (?<what>.+)/, title: 'slab: {what} in {function}', end: /^FIX [\w-]+:|^={50,}$/, example: 'BUG kmalloc-64 (Not tainted): Object already free' },
  { ...single, kind: 'memory-leak', start: /^kmemleak: \d+ new suspected memory leaks/, title: 'kmemleak: memory leaks', example: 'kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)' },
  { ...single, kind: 'busy-inodes', start: /^VFS: (?<what>Busy inodes after unmount|Close: file count is 0)/, title: 'VFS: {what}', example: 'VFS: Busy inodes after unmount of pmem0 (xfs)' },

  // The kernel says that something does not go on.
  { ...stall, kind: 'soft-lockup', start: /^(?:watchdog: )?BUG: soft lockup - CPU#\d+ stuck for/, title: 'soft lockup in {function}', example: 'watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [sh:136]' },
  { ...stall, kind: 'hard-lockup', start: /^(?:NMI )?watchdog: (?:CPU\d+: )?Watchdog detected hard LOCKUP/, title: 'hard lockup in {function}', example: 'watchdog: CPU1: Watchdog detected hard LOCKUP on cpu 1' },
  { ...stall, kind: 'hung-task', start: /^INFO: task (?<comm>.+):\d+ blocked (?:in I\/O wait )?for more than \d+ seconds/, title: 'task blocked in {function}', example: 'INFO: task umount:140 blocked for more than 120 seconds.' },
  { ...stall, kind: 'rcu-stall', start: /^(?:rcu: )?INFO: rcu_\w+ (?:self-)?detected (?:expedited )?stalls? on CPU/, title: 'RCU stall in {function}', example: 'rcu: INFO: rcu_preempt self-detected stall on CPU' },
  { ...stall, kind: 'workqueue-lockup', start: /^BUG: workqueue lockup/, title: 'workqueue lockup', body: 'line', example: 'BUG: workqueue lockup - pool cpus=1 node=0 flags=0x0 nice=0 stuck for 31s!' },

  // Other traps, and what is left of reports whose first line was lost.
  { ...oops, kind: 'trap', start: /^(?:Oops: )?(?<what>divide error|int3|invalid opcode|stack segment|control protection|alignment check|invalid TSS|bounds)(?:,|: )[^:]*(?:: [0-9a-f]{4})? ?(?:\[#\d+\])?/, title: '{what} in {function}', example: 'Oops: divide error: 0000 [#1] SMP NOPTI' },
  { ...oops, kind: 'oops', start: /^(?:Oops: [0-9a-f]{4}|Oops: Oops: |Internal error: Oops|Oops - )/, title: 'Oops in {function}', example: 'Oops: 0002 [#1] PREEMPT SMP NOPTI' },
  { ...oops, kind: 'bug', start: /^BUG: (?<what>[^:]+)/, title: 'BUG: {what} in {function}', fatal: false, example: 'BUG: something that no rule above knows' },
  { ...oops, kind: 'machine-check', start: /^Kernel panic - not syncing: (?<what>(?:Fatal|Local fatal|Unknown|Fatal local) machine check)/, title: 'fatal machine check in {function}', body: 'text', end: /^---\[ end Kernel panic/, example: 'Kernel panic - not syncing: Fatal local machine check' },
  { ...oops, kind: 'panic', start: /^Kernel panic - not syncing: (?<what>.*)/, title: 'kernel panic: {what}', body: 'text', end: /^---\[ end Kernel panic/, example: 'Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000700' },

  // Names registered twice. The sysfs dump comes first; the kobject line that follows joins it.
  { ...single, kind: 'kobject', start: /^kobject: kobject_add_internal failed for (?<what>.+?) (?:with (?<error>-E\w+)|\(error: -?\d+)/, title: 'kobject_add_internal failed for {what}', example: "kobject: kobject_add_internal failed for pmem0 with -EEXIST, don't try to register things with the same name in the same directory." },
  { ...dump, kind: 'sysfs-duplicate', start: /^sysfs: cannot create duplicate filename '(?<what>.+)'/, title: 'sysfs: cannot create duplicate filename {what}', example: "sysfs: cannot create duplicate filename '/fs/xfs/pmem0'" },
];

/** What the kernel prints of a machine check before it panics (arch/x86/kernel/cpu/mce/core.c:__print_mce): where the CPU was. */
export const machineCheckLine =
  /^mce: \[Hardware Error\]: (?:RIP (?:!INEXACT! )?[0-9a-f]+:<[0-9a-f]+> *\{(?<function>[\w.]+)\+)?/;

/** Signs of an unexpected reboot: lines of the firmware or the boot code, or the kernel's first line, after the kernel had run. */
export const rebootSigns: readonly RegExp[] = [
  /^Linux version \d/,
  /^Booting the kernel/,
  /^Decompressing Linux/,
  /^SeaBIOS \(version /,
];

/** A stack dump without header (`CPU: 1 PID: 12 Comm: sh`, then a trace) begins like this. */
export const headlessDump = /^CPU: \d+ (?:UID: \d+ )?PID: \d+ Comm: /;

/**
 * Lines that explain the stack dump after them, which is then not a crash: the scenario caused it, or hazmat asked for it.
 */
export const excuses: readonly { line: RegExp; because: string }[] = [
  { line: /^sysrq: /, because: 'hazmat asked for it (sysrq)' },
  { line: /^NMI backtrace for cpu \d+/, because: 'hazmat asked for it (sysrq l)' },
  { line: /^Sending NMI (?:from|to) /, because: 'hazmat asked for it (sysrq l)' },
  {
    line: /^XFS \([\w-]+\): .*(?:[Ss]hutting down filesystem|[Ss]hutdown received|Internal error|Please u(?:n)?mount the filesystem|Metadata corruption|[Cc]orruption detected|xfs_trans_cancel)/,
    because: 'XFS shut down or found damage; steps of the scenario judge that',
  },
  { line: /page allocation failure: order:/, because: 'an allocation failed, and the kernel went on' },
  { line: /invoked oom-killer:/, because: 'the guest ran out of memory' },
  { line: /^FAULT_INJECTION: /, because: 'the scenario asked for the fault' },
  { line: /^(?:XFS|EXT4-fs)(?: \([\w-]+\))?: .*(?:WARNING|EXPERIMENTAL)/, because: 'a notice about the filesystem' },
  { line: /\[Hardware Error\]: /, because: 'the poison that the scenario injected' },
];
