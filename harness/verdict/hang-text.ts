// SPDX-License-Identifier: GPL-2.0-only
// A hang report as plain text, for hang.txt in the folder of the cell.

import type { BlockedTask, CpuActivity, HangReport, StuckTask } from './hang.ts';

/** The text, with a newline at its end. */
export function renderHang(report: HangReport): string {
  const samples = report.samples === 1 ? 'one sample' : `${report.samples} samples`;
  const parts = [`${report.title}\n\nFrom ${samples} of the guest. Stacks: innermost function first.`];
  parts.push(...report.stuck.map(renderStuck));
  for (const [index, cpus] of report.cpus.entries()) {
    if (cpus.length > 0) parts.push([`CPUs, sample ${index + 1}:`, ...cpus.map(renderCpu)].join('\n'));
  }
  if (report.blocked.length > 0) parts.push(['Blocked tasks:', ...report.blocked.map(renderBlocked)].join('\n'));
  else parts.push('Blocked tasks: none.');
  return `${parts.join('\n\n')}\n`;
}

function renderStuck(task: StuckTask): string {
  const facts = [
    `Stuck: task ${task.pid} ${task.comm}, state ${task.state}`,
    ...(task.cpu === undefined ? [] : [`running on CPU ${task.cpu}`]),
    ...(task.wchan === undefined ? [] : [`waiting in ${task.wchan}`]),
    ...(task.syscall === undefined ? [] : [`syscall ${task.syscall.trim()}`]),
  ].join(', ');
  if (task.stack.length === 0) return `${facts}\n  no stack`;
  const same =
    task.stacks.length > 1
      ? [`  function that all ${task.stacks.length} stacks share: ${task.function ?? 'none'}`]
      : [];
  return [facts, ...same, ...task.stack.map((name) => `    ${name}${name === task.function ? '   <--' : ''}`)].join(
    '\n',
  );
}

function renderCpu(cpu: CpuActivity): string {
  if (cpu.idle) return `  CPU ${cpu.cpu}: idle`;
  const who = cpu.pid === undefined ? 'an unknown task' : `task ${cpu.pid} ${cpu.comm ?? '?'}`;
  if (cpu.asked) return `  CPU ${cpu.cpu}: ${who} (it printed this dump)`;
  if (cpu.stack.length === 0)
    return `  CPU ${cpu.cpu}: ${who}, no kernel stack (it runs in user space, or none was printed)`;
  return `  CPU ${cpu.cpu}: ${who}: ${cpu.stack.join(' < ')}`;
}

function renderBlocked(task: BlockedTask): string {
  return `  task ${task.pid} ${task.comm} (${task.state}): ${task.stack.length === 0 ? 'no stack' : task.stack.join(' < ')}`;
}
