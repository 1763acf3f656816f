// SPDX-License-Identifier: GPL-2.0-only
// Lines as 6.1, 6.12 and 7.2 print them.
import { expect, it, test } from 'vitest';
import { isAlarming, normalizeLine, comparableLines } from '../../harness/compare/normalize-log.ts';

test.each([
  [
    '[    9.510123] Memory failure: 0x10121a: Sending SIGBUS to mappers/3:170 due to hardware memory corruption',
    'Memory failure: PFN: Sending SIGBUS to mappers/N:PID due to hardware memory corruption',
  ],
  [
    '[   10.132738][  T170] XFS (pmem0): Unmounting Filesystem 1cc18e37-2c44-4436-a8bf-34715bf7bf53',
    'XFS (pmem0): Unmounting Filesystem UUID',
  ],
  [
    '[    9.552387] XFS (pmem0): Metadata I/O Error (0x4) detected at xfs_dax_notify_ddev_failure+0x293/0x450 [xfs] (fs/xfs/xfs_notify_failure.c:316).',
    'XFS (pmem0): Metadata I/O Error (0x4) detected at xfs_dax_notify_ddev_failure (xfs_notify_failure.c:LINE).',
  ],
  [
    'BUG: unable to handle page fault for address: ffffea0004000008',
    'BUG: unable to handle page fault for address: ADDR',
  ],
  [
    'WARNING: CPU: 1 PID: 212 at fs/dax.c:380 dax_insert_entry+0x227/0x2d0',
    'WARNING: CPU: N PID: PID at dax.c:LINE dax_insert_entry',
  ],
  ['BUG: Bad page state in process victim  pfn:20018', 'BUG: Bad page state in process victim  pfn:PFN'],
  [
    'INFO: task umount:140 blocked for more than 120 seconds.',
    'INFO: task umount:PID blocked for more than TIME seconds.',
  ],
  ['kworker/1:0: attempt to access beyond end of device', 'kworker/N: attempt to access beyond end of device'],
  [
    'device-mapper: ioctl: 4.48.0-ioctl (2023-03-01) initialised: dm-devel@lists.linux.dev',
    'device-mapper: ioctl: VERSION initialised',
  ],
  [
    'EXT4-fs error (device pmem0): ext4_validate_block_bitmap:421: comm sh: bg 1: bad block bitmap checksum',
    'EXT4-fs error (device pmem0): ext4_validate_block_bitmap:LINE: comm sh: bg 1: bad block bitmap checksum',
  ],
  // What the scenario decides stays.
  [
    'I/O error, dev pmem0, sector 8192 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2',
    'I/O error, dev pmem0, sector 8192 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2',
  ],
])('%s', (line, normalized) => {
  expect(normalizeLine(line)).toBe(normalized);
});

// Real lines of a stock module and of the same module built alone, whose file names begin at its own folder.
test.each([
  [
    'WARNING: CPU: 0 PID: 161 at fs/xfs/xfs_super.c:1187 xfs_fs_put_super+0x5b/0x70 [xfs]',
    'WARNING: CPU: 1 PID: 158 at xfs_super.c:1187 xfs_fs_put_super+0x5b/0x70 [xfs]',
    'WARNING: CPU: N PID: PID at xfs_super.c:LINE xfs_fs_put_super',
  ],
  [
    'WARNING: lib/refcount.c:28 at refcount_warn_saturate+0x59/0x90, CPU#1: mappers/2/116',
    'WARNING: lib/refcount.c:28 at refcount_warn_saturate+0x59/0x90, CPU#0: mappers/1/113',
    'WARNING: refcount.c:LINE at refcount_warn_saturate, CPU#N: mappers/PID',
  ],
  [
    'mce: Uncorrected hardware memory error in user-access at 109403000',
    'mce: Uncorrected hardware memory error in user-access at 10aa01000',
    'mce: Uncorrected hardware memory error in user-access at ADDR',
  ],
  [
    'WARNING: fs/proc/generic.c:397 at proc_register+0x11b/0x170, CPU#0: mount/161',
    'WARNING: generic.c:398 at proc_register+0x11c/0x170, CPU#1: mount/161',
    'WARNING: generic.c:LINE at proc_register, CPU#N: mount/PID',
  ],
  ['kernel BUG at fs/dax.c:412!', 'kernel BUG at ./dax.c:415!', 'kernel BUG at dax.c:LINE!'],
  [
    'BUG: sleeping function called from invalid context at kernel/locking/mutex.c:580',
    'BUG: sleeping function called from invalid context at /build/linux-6.12/kernel/locking/mutex.c:580',
    'BUG: sleeping function called from invalid context at mutex.c:LINE',
  ],
  [
    'XFS (dm-0): Internal error xfs_trans_cancel at line 1097 of file fs/xfs/xfs_trans.c.  Caller xfs_create+0x3c1/0x4e0 [xfs]',
    'XFS (dm-0): Internal error xfs_trans_cancel at line 1101 of file xfs_trans.c.  Caller xfs_create+0x3c1/0x4e0 [xfs]',
    'XFS (dm-0): Internal error xfs_trans_cancel at line LINE of file xfs_trans.c.  Caller xfs_create',
  ],
  [
    'XFS (pmem0): xfs_do_force_shutdown(0x2) called from line 1196 of file fs/xfs/xfs_log.c. Return address = ffffffffc05d2a1d',
    'XFS (pmem0): xfs_do_force_shutdown(0x2) called from line 1196 of file xfs_log.c. Return address = ffffffffc05d2b8d',
    'XFS (pmem0): xfs_do_force_shutdown(0x2) called from line LINE of file xfs_log.c. Return address = ADDR',
  ],
  [
    'XFS: Assertion failed: xfs_is_shutdown(mp), file: fs/xfs/xfs_super.c, line: 1187',
    'XFS: Assertion failed: xfs_is_shutdown(mp), file: xfs_super.c, line: 1188',
    'XFS: Assertion failed: xfs_is_shutdown(mp), file: xfs_super.c, line: LINE',
  ],
])('a stock module and the same module built alone log the same: %s', (stock, built, normalized) => {
  expect([normalizeLine(stock), normalizeLine(built)]).toEqual([normalized, normalized]);
});

it('keeps what is said after the boot, once, without dumps', () => {
  const log = [
    '[    0.000000] Linux version 6.12.117+deb13-amd64',
    '[    4.643661] Run /init as init process',
    '[    4.643787]   with arguments:',
    '[    4.643817]     /init',
    '[    4.643834]   with environment:',
    '[    4.643849]     HOME=/',
    '[    8.334029] XFS (pmem0): Mounting V5 Filesystem 1cc18e37-2c44-4436-a8bf-34715bf7bf53',
    '[    9.497076] Memory failure: 0x101218: Sending SIGBUS to mappers/1:168 due to hardware memory corruption',
    '[    9.501811] Memory failure: 0x101219: Sending SIGBUS to mappers/2:169 due to hardware memory corruption',
    '[   45.924406] sysrq: Show backtrace of all active CPUs',
    '[   45.924526] Sending NMI from CPU 1 to CPUs 0:',
    '[   45.926016] CPU: 0 UID: 0 PID: 137 Comm: hazmat-write Not tainted 7.2.12+deb13-amd64 #1 PREEMPT(lazy)',
    '[   45.926048] RIP: 0010:__rcu_read_unlock+0x1a/0x30',
    '[   45.926083] Code: 90 90 90',
    '[   45.926107] RAX: 0000000000000000 RBX: ff16e47201595cc8 RCX: 0000000000000000',
    '[   45.926160] Call Trace:',
    '[   45.926185]  <TASK>',
    '[   45.926249]  xfs_dax_failure_fn+0x129/0x1f0 [xfs]',
    '[   45.928096]  ? __pfx_xfs_rmap_query_range_helper+0x10/0x10 [xfs]',
    '',
  ].join('\n');
  expect(comparableLines(log)).toEqual([
    'XFS (pmem0): Mounting V5 Filesystem UUID',
    'Memory failure: PFN: Sending SIGBUS to mappers/N:PID due to hardware memory corruption',
  ]);
});

test('poison and experimental features are no alarm', () => {
  expect(isAlarming('Memory failure: PFN: Sending SIGBUS to a/N:PID due to hardware memory corruption')).toBe(false);
  expect(isAlarming('XFS (pmem0): DAX enabled. Warning: EXPERIMENTAL, use at your own risk')).toBe(false);
  expect(isAlarming('WARNING: CPU: N PID: PID at dax.c:LINE dax_insert_entry')).toBe(true);
  expect(isAlarming('list_del corruption, ADDR->next is LIST_POISON1')).toBe(true);
});

test('that a module that hazmat built taints the kernel is left out', () => {
  const log = [
    '[    1.1][    T1] libnvdimm: loading out-of-tree module taints kernel.',
    '[    1.2][    T1] libnvdimm: module verification failed: signature and/or required key missing - tainting kernel',
    '[    1.3][    T1] XFS (pmem0): Ending clean mount',
  ].map((line) => line.replace(/\[ +1\.(\d)\]/, '[    1.$100000]'));
  expect(comparableLines(log.join('\n'))).toEqual(['XFS (pmem0): Ending clean mount']);
});
