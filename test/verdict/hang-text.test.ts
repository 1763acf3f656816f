// SPDX-License-Identifier: GPL-2.0-only
// hang.txt: what a person reads of a hang.

import { describe, expect, it } from 'vitest';
import { renderHang } from '../../harness/verdict/hang-text.ts';
import type { CpuActivity, HangReport, StuckTask } from '../../harness/verdict/hang.ts';

const stuck: StuckTask = {
  pid: 136,
  comm: 'sh',
  state: 'R',
  wchan: undefined,
  syscall: undefined,
  cpu: 1,
  stack: ['xas_load', 'mf_dax_kill_procs', 'kill_dax'],
  stacks: [['xas_load', 'mf_dax_kill_procs', 'kill_dax']],
  function: 'mf_dax_kill_procs',
};
const busy: CpuActivity = {
  cpu: 1,
  pid: 136,
  comm: 'sh',
  idle: false,
  asked: false,
  rip: 'xas_load',
  stack: ['xas_load', 'mf_dax_kill_procs', 'kill_dax'],
};
const report: HangReport = {
  title: 'hang in unbind: mf_dax_kill_procs is running on CPU 1 (task 136 sh, R)',
  function: 'mf_dax_kill_procs',
  fingerprint: 'hang:mf_dax_kill_procs:1c0ffee5',
  cpus: [[busy]],
  blocked: [],
  stuck: [stuck],
  samples: 1,
};

describe('renderHang', () => {
  it('has the title, the stuck stack with the named function marked, CPUs and blocked tasks', () => {
    expect(renderHang(report)).toMatchInlineSnapshot(`
      "hang in unbind: mf_dax_kill_procs is running on CPU 1 (task 136 sh, R)

      From one sample of the guest. Stacks: innermost function first.

      Stuck: task 136 sh, state R, running on CPU 1
          xas_load
          mf_dax_kill_procs   <--
          kill_dax

      CPUs, sample 1:
        CPU 1: task 136 sh: xas_load < mf_dax_kill_procs < kill_dax

      Blocked tasks: none.
      "
    `);
  });

  it('has the CPUs of every sample, and says what each did', () => {
    const idle: CpuActivity = {
      ...busy,
      cpu: 0,
      pid: undefined,
      comm: undefined,
      idle: true,
      rip: undefined,
      stack: [],
    };
    const asked: CpuActivity = { ...busy, cpu: 2, pid: 120, comm: 'agent', asked: true, stack: [] };
    const user: CpuActivity = { ...busy, cpu: 3, pid: 140, comm: undefined, rip: undefined, stack: [] };
    const unknown: CpuActivity = { ...busy, cpu: 4, pid: undefined, comm: undefined };
    const text = renderHang({ ...report, stuck: [], samples: 3, cpus: [[idle, busy], [], [asked, user, unknown]] });
    expect(text).toMatchInlineSnapshot(`
      "hang in unbind: mf_dax_kill_procs is running on CPU 1 (task 136 sh, R)

      From 3 samples of the guest. Stacks: innermost function first.

      CPUs, sample 1:
        CPU 0: idle
        CPU 1: task 136 sh: xas_load < mf_dax_kill_procs < kill_dax

      CPUs, sample 3:
        CPU 2: task 120 agent (it printed this dump)
        CPU 3: task 140 ?, no kernel stack (it runs in user space, or none was printed)
        CPU 4: an unknown task: xas_load < mf_dax_kill_procs < kill_dax

      Blocked tasks: none.
      "
    `);
  });

  it('says where a stuck task waits, what all of its stacks share, and that a stack is missing', () => {
    const waiting: StuckTask = {
      ...stuck,
      state: 'D',
      cpu: undefined,
      wchan: 'xfs_wait',
      syscall: '166 0x7f\n',
      stacks: [stuck.stack, stuck.stack],
    };
    const gone: StuckTask = {
      ...stuck,
      pid: 137,
      comm: '?',
      state: '?',
      cpu: undefined,
      stack: [],
      stacks: [],
      function: undefined,
    };
    expect(renderHang({ ...report, stuck: [waiting, gone], cpus: [] })).toMatchInlineSnapshot(`
      "hang in unbind: mf_dax_kill_procs is running on CPU 1 (task 136 sh, R)

      From one sample of the guest. Stacks: innermost function first.

      Stuck: task 136 sh, state D, waiting in xfs_wait, syscall 166 0x7f
        function that all 2 stacks share: mf_dax_kill_procs
          xas_load
          mf_dax_kill_procs   <--
          kill_dax

      Stuck: task 137 ?, state ?
        no stack

      Blocked tasks: none.
      "
    `);
  });

  it('has each blocked task with its stack', () => {
    const blocked = [
      { pid: 140, comm: 'umount', state: 'D', stack: ['__schedule', 'xfs_log_force'] },
      { pid: 141, comm: 'sync', state: 'D', stack: [] },
    ];
    expect(renderHang({ ...report, stuck: [], cpus: [], blocked })).toMatchInlineSnapshot(`
      "hang in unbind: mf_dax_kill_procs is running on CPU 1 (task 136 sh, R)

      From one sample of the guest. Stacks: innermost function first.

      Blocked tasks:
        task 140 umount (D): __schedule < xfs_log_force
        task 141 sync (D): no stack
      "
    `);
  });
});
