// SPDX-License-Identifier: GPL-2.0-only
// Whose silence is it? A guest whose agent does not answer is asked through its console.

import { expect, it } from 'vitest';
import { askWhy } from '../../harness/run/hang-evidence.ts';
import { FakeGuest, FakeQemu } from '../guest/fake-guest.ts';

const idle = [
  'sysrq: Show backtrace of all active CPUs',
  'NMI backtrace for cpu 0 skipped: idling at pv_native_safe_halt',
];
const busy = [
  'sysrq: Show backtrace of all active CPUs',
  'NMI backtrace for cpu 0',
  'CPU: 0 UID: 0 PID: 136 Comm: sh Not tainted 6.12.118 #1',
  'RIP: 0010:dax_lock_page+0x1/0x20',
];
const noneBlocked = ['sysrq: Show Blocked State'];
const blocked = [
  ...noneBlocked,
  'task:umount          state:D stack:0     pid:140   tgid:140   ppid:1      flags:0x00004002',
  'Call Trace:',
  ' <TASK>',
  ' __schedule+0x3b1/0xa30',
  ' xfs_unmount_flush_inodes+0x4c/0x60',
  ' </TASK>',
];
const agent = (state: string, ...stack: string[]): string[] => [
  'sysrq: Show State',
  `task:init            state:${state} stack:0     pid:1     tgid:1     ppid:0      flags:0x00000002`,
  'Call Trace:',
  ' <TASK>',
  ...['__schedule', 'schedule', ...stack, 'do_syscall_64'].map((name) => ` ${name}+0x1/0x20`),
  ' </TASK>',
];

/** Asks a guest whose agent is silent and whose kernel answers each key of sysrq. */
async function ask(answers: Record<string, string[]>): ReturnType<typeof askWhy> {
  let us = 0;
  const type = (key: string): void => {
    for (const line of answers[key] ?? []) guest.console += `[    1.${String(us++).padStart(6, '0')}] ${line}\n`;
  };
  const guest: FakeGuest = new FakeGuest({ diagnose: () => guest.late() }, { qemu: new FakeQemu({}, type) });
  return askWhy(guest, 'run x', [], 1, () => Promise.reject(new Error('no sibling is needed')), 1);
}

it.each([
  ['S', ['do_epoll_wait', '__x64_sys_epoll_wait'], 'epoll_wait'],
  ['S', ['__do_sys_pause'], 'pause'],
  ['T', ['do_signal_stop', 'get_signal', '__x64_sys_epoll_pwait'], 'epoll_pwait'],
])('that of an agent in state %s in %j, when the kernel has nothing to do', async (state, stack, call) => {
  const { report, text } = await ask({ l: idle, w: noneBlocked, t: agent(state, ...stack) });
  expect(report).toBeUndefined();
  expect(text).toBe(`the agent does not answer: it waits in ${call}, all CPUs are idle, and no task is blocked`);
});

it.each([
  ['that keeps a CPU busy', { l: busy, w: noneBlocked, t: agent('S', '__x64_sys_pause') }, /dax_lock_page/],
  ['that blocks a task', { l: idle, w: blocked, t: agent('S', '__x64_sys_pause') }, /xfs_unmount_flush_inodes/],
  [
    'in which the agent itself sleeps',
    { l: idle, w: noneBlocked, t: agent('S', 'nvdimm_bus_lock', 'vfs_write', '__x64_sys_write') },
    /nothing is known/,
  ],
])('that of a kernel %s', async (_what, answers, title) => {
  const { report } = await ask(answers);
  expect(report?.title).toMatch(title);
});
