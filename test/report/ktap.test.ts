// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { ktapText } from '../../harness/report/ktap.ts';
import { designStory, ended, oops, planned, recordOf, spin } from '../results/story.ts';

test('a kernel is a test, its cells are subtests; known ones are XFAIL', () => {
  expect(ktapText(recordOf(designStory()))).toMatchInlineSnapshot(`
    "KTAP version 1
    1..3
      KTAP version 1
      #:ktap_test: debian:6.1
      #:ktap_kernel_version: 6.1.158+deb-amd64
      #:ktap_arch: x86_64
      #:custom_hazmat_origin: linux-image-6.1.158+deb-amd64
      #:custom_hazmat_version: 0.1.0
      #:custom_qemu_version: 7.2.22
      1..4
      #:ktap_test: remove/shared-mappers
      #:ktap_duration: 3.100s
      #:ktap_log_file: debian-6.1/remove/shared-mappers/dmesg.txt
      #:custom_hazmat_verdict: crash
      # fail in signals: 0 of 3 mappers were signaled
      #   expected: SIGBUS BUS_MCEERR_AO at the mapped page, lsb 12, to every one of mappers
      #   seen: no signal in mappers[0], mappers[1], mappers[2]
      #   evidence: debian-6.1/remove/shared-mappers/verdict.json
      # crash in unmount: BUG: kernel NULL pointer dereference in dax_disassociate_entry
      #   evidence: debian-6.1/remove/shared-mappers/dmesg
      # reproduce: npx hazmat run remove/shared-mappers --kernel debian:6.1
      not ok 1 remove/shared-mappers # crash: BUG: kernel NULL pointer dereference in dax_disassociate_entry
      #:ktap_test: remove/rebind
      #:ktap_duration: 3.100s
      #:ktap_log_file: debian-6.1/remove/rebind/dmesg.txt
      #:custom_hazmat_verdict: crash
      # fail in signals: 0 of 3 mappers were signaled
      #   expected: SIGBUS BUS_MCEERR_AO at the mapped page, lsb 12, to every one of mappers
      #   seen: no signal in mappers[0], mappers[1], mappers[2]
      #   evidence: debian-6.1/remove/rebind/verdict.json
      # crash in unmount: BUG: kernel NULL pointer dereference in dax_disassociate_entry
      #   evidence: debian-6.1/remove/rebind/dmesg
      # reproduce: npx hazmat run remove/rebind --kernel debian:6.1
      not ok 2 remove/rebind # crash: BUG: kernel NULL pointer dereference in dax_disassociate_entry
      #:ktap_test: poison/load
      #:ktap_duration: 0.812s
      #:ktap_log_file: debian-6.1/poison/load/dmesg.txt
      #:custom_hazmat_verdict: pass
      ok 3 poison/load
      #:ktap_test: mapper/unbind-under-linear
      #:ktap_duration: 0.812s
      #:custom_hazmat_verdict: skip
      ok 4 mapper/unbind-under-linear # SKIP needs dax_holder_operations, new in 6.0
    # 6.1.158+deb-amd64: linux-image-6.1.158+deb-amd64
    not ok 1 debian:6.1
      KTAP version 1
      #:ktap_test: debian:6.12
      #:ktap_kernel_version: 6.12.107+deb-amd64
      #:ktap_arch: x86_64
      #:custom_hazmat_origin: linux-image-6.12.107+deb-amd64
      #:custom_hazmat_version: 0.1.0
      #:custom_qemu_version: 7.2.22
      1..4
      #:ktap_test: remove/shared-mappers
      #:ktap_duration: 0.812s
      #:ktap_log_file: debian-6.12/remove/shared-mappers/dmesg.txt
      #:custom_hazmat_verdict: pass
      ok 1 remove/shared-mappers
      #:ktap_test: remove/rebind
      #:ktap_duration: 0.812s
      #:ktap_log_file: debian-6.12/remove/rebind/dmesg.txt
      #:custom_hazmat_verdict: pass
      ok 2 remove/rebind
      #:ktap_test: poison/load
      #:ktap_duration: 0.812s
      #:ktap_log_file: debian-6.12/poison/load/dmesg.txt
      #:custom_hazmat_verdict: pass
      ok 3 poison/load
      #:ktap_test: mapper/unbind-under-linear
      #:ktap_duration: 0.812s
      #:ktap_log_file: debian-6.12/mapper/unbind-under-linear/dmesg.txt
      #:custom_hazmat_verdict: fail
      # fail in signals: nobody was signaled
      #   seen: no signal
      ok 4 mapper/unbind-under-linear # XFAIL known fail: device-mapper forwards no MF_MEM_PRE_REMOVE to the filesystem above
    # 6.12.107+deb-amd64: linux-image-6.12.107+deb-amd64
    ok 2 debian:6.12
      KTAP version 1
      #:ktap_test: debian:7.2
      #:ktap_kernel_version: 7.2.12+deb-amd64
      #:ktap_arch: x86_64
      #:custom_hazmat_origin: linux-image-7.2.12+deb-amd64
      #:custom_hazmat_version: 0.1.0
      #:custom_qemu_version: 7.2.22
      1..4
      #:ktap_test: remove/shared-mappers
      #:ktap_duration: 12.400s
      #:ktap_log_file: debian-7.2/remove/shared-mappers/dmesg.txt
      #:custom_hazmat_verdict: hang
      # hang in unbind: CPU 1 spins in mf_dax_kill_procs
      #   expected: the unbind of pmem0 returns within 10 s
      #   seen: sh (pid 212) runs in the kernel for ever: mf_dax_kill_procs <- xfs_dax_notify_dev_failure <- dax_holder_notify_failure
      #   evidence: debian-7.2/remove/shared-mappers/dmesg
      # bug: kernels/known/xfs-ag-wrap.md
      ok 1 remove/shared-mappers # XFAIL known hang: blockcount wraps in xfs_dax_notify_dev_failure() for every AG but the last
      #:ktap_test: remove/rebind
      #:ktap_duration: 12.400s
      #:ktap_log_file: debian-7.2/remove/rebind/dmesg.txt
      #:custom_hazmat_verdict: hang
      # hang in unbind: CPU 1 spins in mf_dax_kill_procs
      #   expected: the unbind of pmem0 returns within 10 s
      #   seen: sh (pid 212) runs in the kernel for ever: mf_dax_kill_procs <- xfs_dax_notify_dev_failure <- dax_holder_notify_failure
      #   evidence: debian-7.2/remove/rebind/dmesg
      # bug: kernels/known/xfs-ag-wrap.md
      ok 2 remove/rebind # XFAIL known hang: blockcount wraps in xfs_dax_notify_dev_failure() for every AG but the last
      #:ktap_test: poison/load
      #:ktap_duration: 0.812s
      #:ktap_log_file: debian-7.2/poison/load/dmesg.txt
      #:custom_hazmat_verdict: pass
      ok 3 poison/load
      #:ktap_test: mapper/unbind-under-linear
      #:ktap_duration: 0.812s
      #:ktap_log_file: debian-7.2/mapper/unbind-under-linear/dmesg.txt
      #:custom_hazmat_verdict: fail
      # fail in signals: nobody was signaled
      #   seen: no signal
      ok 4 mapper/unbind-under-linear # XFAIL known fail: device-mapper forwards no MF_MEM_PRE_REMOVE to the filesystem above
    # 7.2.12+deb-amd64: linux-image-7.2.12+deb-amd64
    ok 3 debian:7.2
    "
  `);
});

test('hangs, broken and missing cells have their directives, and no text breaks a line or a name', () => {
  const cells = ['a#b', 'b', 'c', 'd'].map((scenario) => planned(scenario, 'debian:7.2'));
  const [hang, broken, crash] = cells;
  if (hang === undefined || broken === undefined || crash === undefined) throw new Error('too few cells');
  const [first] = oops.deviations;
  const results = [
    ended(hang, spin),
    ended(broken, { verdict: 'error', why: 'two\nlines' }),
    ended(crash, { ...oops, deviations: [{ ...first, kind: 'crash', title: 'x\u001b[1m', seen: 'one\nok 9 faked' }] }),
  ];
  expect(ktapText(recordOf({ kernels: ['debian:7.2'], cells, results }))).toMatchInlineSnapshot(`
    "KTAP version 1
    1..1
      KTAP version 1
      #:ktap_test: debian:7.2
      #:ktap_kernel_version: 7.2.12+deb-amd64
      #:ktap_arch: x86_64
      #:custom_hazmat_origin: linux-image-7.2.12+deb-amd64
      #:custom_hazmat_version: 0.1.0
      #:custom_qemu_version: 7.2.22
      1..4
      #:ktap_test: a#b
      #:ktap_duration: 0.812s
      #:ktap_log_file: debian-7.2/a-b~6a6bc1/dmesg.txt
      #:custom_hazmat_verdict: hang
      # hang in unbind: CPU 1 spins in mf_dax_kill_procs
      #   expected: the unbind of pmem0 returns within 10 s
      #   seen: sh (pid 212) runs in the kernel for ever: mf_dax_kill_procs <- xfs_dax_notify_dev_failure <- dax_holder_notify_failure
      #   evidence: debian-7.2/a-b~6a6bc1/dmesg
      # reproduce: npx hazmat run a#b --kernel debian:7.2
      not ok 1 a-b # TIMEOUT hang in unbind: CPU 1 spins in mf_dax_kill_procs
      #:ktap_test: b
      #:ktap_duration: 0.812s
      #:ktap_log_file: debian-7.2/b/dmesg.txt
      #:custom_hazmat_verdict: error
      not ok 2 b # ERROR infrastructure error: two lines
      #:ktap_test: c
      #:ktap_duration: 0.812s
      #:ktap_log_file: debian-7.2/c/dmesg.txt
      #:custom_hazmat_verdict: crash
      # crash in signals: x\\x1b[1m
      #   expected: SIGBUS BUS_MCEERR_AO at the mapped page, lsb 12, to every one of mappers
      #   seen: one
      # ok 9 faked
      #   evidence: debian-7.2/c/verdict.json
      # reproduce: npx hazmat run c --kernel debian:7.2
      not ok 3 c # crash: x\\x1b[1m
      #:ktap_test: d
      not ok 4 d # ERROR not run: the run ended before they started
    # 7.2.12+deb-amd64: linux-image-7.2.12+deb-amd64
    not ok 1 debian:7.2
    "
  `);
});

test('a kernel on which everything was skipped is skipped', () => {
  const cell = planned('a', 'debian:5.10');
  const text = ktapText(
    recordOf({ kernels: ['debian:5.10'], cells: [cell], results: [ended(cell, { verdict: 'skip', why: 'too old' })] }),
  );
  expect(text).toContain('  ok 1 a # SKIP too old\n');
  expect(text).toContain('\nok 1 debian:5.10 # SKIP every cell was skipped\n');
});

test('a directive has one #, whatever the reason has', () => {
  const cell = planned('a', 'debian:5.10');
  const why = 'the guest printed ok 1 b # SKIP and \x1b[31m\nnot ok # TODO';
  const text = ktapText(
    recordOf({ kernels: ['debian:5.10'], cells: [cell], results: [ended(cell, { verdict: 'skip', why })] }),
  );
  expect(text).toContain('  ok 1 a # SKIP the guest printed ok 1 b - SKIP and \\x1b[31m not ok - TODO\n');
});
