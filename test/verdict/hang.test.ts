// SPDX-License-Identifier: GPL-2.0-only
// Hangs as real kernels showed them, and the rule that names a loop's owner.

import { describe, expect, it } from 'vitest';
import {
  commonFunction,
  diagnoseHang,
  readBlockedTasks,
  readCpuBacktraces,
  type DiagnosedTask,
  type HangSample,
} from '../../harness/verdict/hang.ts';
import { readConsole, type LogLine } from '../../harness/verdict/log-line.ts';
import { readGolden } from './golden.ts';

function golden(name: string): LogLine[] {
  const file = readGolden().find((candidate) => candidate.name === name);
  if (file === undefined) throw new Error(`no golden log ${name}`);
  return readConsole(file.log);
}

/** The log cut into samples: each begins with a sysrq line. */
function samplesOf(name: string, tasks: DiagnosedTask[]): HangSample[] {
  const lines = golden(name);
  const starts = lines.flatMap(({ text }, index) => (/^sysrq: Show backtrace/.test(text) ? [index] : []));
  return starts.map((start, nth) => ({ tasks, lines: lines.slice(start, starts[nth + 1] ?? lines.length) }));
}

const stuckShell: DiagnosedTask = {
  pid: 136,
  comm: 'sh',
  state: 'R (running)',
  wchan: '0',
  stack: '',
  syscall: 'running',
};

/** A sample made of a stack (innermost first) on CPU 1. */
function sampleOf(stack: string[], pid = 136): HangSample {
  const text = [
    'sysrq: Show backtrace of all active CPUs',
    'NMI backtrace for cpu 1',
    `CPU: 1 UID: 0 PID: ${pid} Comm: sh Not tainted 7.2.12 #1`,
    `RIP: 0010:${stack[0] ?? ''}+0x1/0x20`,
    'Call Trace:',
    ' <TASK>',
    ...stack.slice(1).map((name) => ` ${name}+0x1/0x20`),
    ' </TASK>',
  ];
  return { tasks: [stuckShell], lines: readConsole(text.join('\n')) };
}

describe('diagnoseHang', () => {
  it('names mf_dax_kill_procs for the endless unbind of 7.2', () => {
    const samples = samplesOf('none-7.2-real-unbind-hang-with-sysrq', [stuckShell]);
    expect(samples).toHaveLength(3);
    const report = diagnoseHang({ what: 'unbind', stuck: [136], samples });
    expect(report.title).toBe('hang in unbind: mf_dax_kill_procs is running on CPU 1 (task 136 sh, R)');
    expect(report.function).toBe('mf_dax_kill_procs');
    expect(report.cpus[0]).toMatchObject([
      { cpu: 0, pid: 1, comm: 'init', asked: true, stack: [] },
      { cpu: 1, pid: 136, comm: 'sh', asked: false, rip: '_raw_spin_unlock_irq' },
    ]);
    // One look is enough here, and says the same.
    const once = diagnoseHang({ what: 'unbind', stuck: [136], samples: samples.slice(0, 1) });
    expect([once.function, once.fingerprint]).toEqual([report.function, report.fingerprint]);
  });

  const outer = [
    'mf_dax_kill_procs',
    'xfs_dax_failure_fn',
    'xfs_rmap_query_range_helper',
    'xfs_dax_notify_dev_failure',
    'kill_dax',
  ];
  it.each([
    ['xas_load', [['xas_load', 'dax_lock_mapping_entry', ...outer]]],
    ['rcu', [['__rcu_read_unlock', 'dax_lock_mapping_entry', ...outer]]],
    ['itself', [outer]],
    [
      'different callees',
      [
        ['page_mapped_in_vma', 'collect_things', ...outer],
        ['vma_interval_tree_iter_next', 'other_callee', ...outer],
      ],
    ],
    ['itself and a callee', [['collect_procs_fsdax', ...outer], outer]],
  ])('names the owner of a loop caught in %s', (_, stacks) => {
    const report = diagnoseHang({ what: 'unbind', stuck: [136], samples: stacks.map((stack) => sampleOf(stack)) });
    expect(report.function).toBe('mf_dax_kill_procs');
  });

  it('names what a task in D state waits in', () => {
    const lines = golden('6.12-real-null-deref-in-memory-failure');
    const start = lines.findIndex(({ text }) => text === 'sysrq: Show Blocked State');
    const task = {
      ...stuckShell,
      pid: 174,
      comm: 'victim',
      state: 'D (disk sleep)',
      wchan: 'memory_failure',
      stack: '',
    };
    const report = diagnoseHang({
      what: 'inject',
      stuck: [174],
      samples: [{ tasks: [task], lines: lines.slice(start) }],
    });
    expect(report.title).toBe('hang in inject: blocked in D state in memory_failure (task 174 victim)');
    expect(report.blocked).toMatchObject([{ pid: 174, comm: 'victim', state: 'D' }]);
  });

  it('uses /proc/PID/stack of a task that runs but was preempted by the question', () => {
    const stack = [
      '[<0>] dax_lock_mapping_entry+0x9f/0x120',
      '[<0>] mf_dax_kill_procs+0x7b/0x270',
      '[<0>] xfs_dax_failure_fn+0x129/0x1f0 [xfs]',
    ];
    const report = diagnoseHang({
      what: 'unbind',
      stuck: [136],
      samples: [{ tasks: [{ ...stuckShell, stack: stack.join('\n') }], lines: [] }],
    });
    expect(report.title).toBe(
      'hang in unbind: mf_dax_kill_procs is running (task 136 sh, R, preempted at the time of the sample)',
    );
  });

  it('names the task that keeps a CPU when the stuck one only waits for it', () => {
    const parent = { ...stuckShell, pid: 99, comm: 'agent', state: 'S (sleeping)', stack: '[<0>] do_wait+0x1/0x2' };
    const samples = [sampleOf(['xas_load', ...outer], 555), sampleOf(outer, 555)].map(({ lines }) => ({
      tasks: [parent],
      lines,
    }));
    expect(diagnoseHang({ what: 'unbind', stuck: [99], samples }).title).toBe(
      'hang in unbind: mf_dax_kill_procs is running on CPU 1 (task 555 sh, R)',
    );
  });

  it('claims nothing when nothing is known', () => {
    expect(diagnoseHang({ what: 'unbind', stuck: [], samples: [] })).toMatchObject({
      title: 'hang in unbind: nothing is known about the stuck task',
      function: undefined,
    });
    expect(diagnoseHang({ what: 'unbind', stuck: [7], samples: [] }).title).toBe(
      'hang in unbind: task 7 ? is in state ?, its stack is not known',
    );
  });
});

describe('commonFunction', () => {
  it('takes the last look when the looks have nothing in common', () => {
    expect(
      commonFunction([
        ['a_one', 'b_one'],
        ['schedule', 'a_two', 'b_two'],
      ]),
    ).toBe('a_two');
    expect(commonFunction([])).toBeUndefined();
    expect(commonFunction([['schedule', '__schedule']])).toBeUndefined();
    expect(commonFunction([['schedule', 'dax_lock_mapping_entry']])).toBe('dax_lock_mapping_entry');
  });
});

describe('reading sysrq output', () => {
  it.each(['6.1', '6.12', '7.2'])('of a real %s: one CPU served, the other idle', (version) => {
    const cpus = readCpuBacktraces(golden(`${version}-real-sysrq-dumps-then-crash`));
    expect(cpus.map(({ cpu }) => cpu)).toEqual([0, 1]);
    expect(cpus.filter(({ idle }) => idle)).toHaveLength(1);
    expect(cpus.filter(({ asked }) => asked)).toMatchObject([{ pid: 1, comm: 'init' }]);
  });

  it('reads the task list of 5.10 and of kernels before it', () => {
    const lines = readConsole(
      [
        'sysrq: Show Blocked State',
        'task:umount          state:D stack:    0 pid:  212 ppid:     1 flags:0x00004000',
        'Call Trace:',
        ' __schedule+0x282/0x870',
        ' freeze_super+0x4b/0x170',
        'sync            D    0   213      1 0x00004000',
        'Call Trace:',
        ' __schedule+0x282/0x870',
        ' xfs_log_force+0x4b/0x170 [xfs]',
        'task:idle kworker    state:I stack:    0 pid:  214 ppid:     1 flags:0x00004000',
      ].join('\n'),
    );
    expect(readBlockedTasks(lines)).toEqual([
      { pid: 212, comm: 'umount', state: 'D', stack: ['__schedule', 'freeze_super'] },
      { pid: 213, comm: 'sync', state: 'D', stack: ['__schedule', 'xfs_log_force'] },
    ]);
  });
});
