// SPDX-License-Identifier: GPL-2.0-only
// Why a guest hangs: a report from its answers to `diagnose` and from what sysrq l and w printed.

import { createHash } from 'node:crypto';
import { isGeneric, isGenericInHang } from './functions.ts';
import type { LogLine } from './log-line.ts';
import { parseFrame, readStack } from './stack.ts';

/** What the agent's diagnose reports of one task. */
export interface DiagnosedTask {
  pid: number;
  comm: string;
  state: string;
  wchan: string;
  stack: string;
  syscall: string;
}

/** One sample of the guest: its answer to one `diagnose`, and the kernel log lines of that time. */
export interface HangSample {
  tasks: DiagnosedTask[];
  lines: LogLine[];
}

export interface HangEvidence {
  /** What does not end, for a person: `unbind`, `unmount /mnt`. */
  what: string;
  /** The pids that should have ended, the most significant first. */
  stuck: readonly number[];
  /** Several samples, a little apart; more than one separates a loop from the functions that it calls. */
  samples: readonly HangSample[];
}

export interface CpuActivity {
  cpu: number;
  /** Undefined: the CPU is idle, or printed no task. */
  pid: number | undefined;
  comm: string | undefined;
  idle: boolean;
  /** This CPU printed the dump (sysrq); what it did before is not known. */
  asked: boolean;
  /** Function where it was stopped, in the kernel. */
  rip: string | undefined;
  /** Functions of its call trace, innermost first, `rip` included, interrupts left out. */
  stack: string[];
}

export interface BlockedTask {
  pid: number;
  comm: string;
  state: string;
  stack: string[];
}

export interface StuckTask extends BlockedTask {
  wchan: string | undefined;
  syscall: string | undefined;
  /** CPU it was seen running on, in the last sample that saw it. */
  cpu: number | undefined;
  /** Its stack in each sample that has one, innermost first. */
  stacks: string[][];
  /** The innermost function that all of them share and that is not generic. */
  function: string | undefined;
}

export interface HangReport {
  /** `hang in unbind: mf_dax_kill_procs is running on CPU 1 (task 136 sh, R)`. */
  title: string;
  function: string | undefined;
  /** `hang:mf_dax_kill_procs:1c0ffee5`. */
  fingerprint: string;
  /** Per sample, what every CPU ran. */
  cpus: CpuActivity[][];
  /** Blocked tasks, each once, as last seen. */
  blocked: BlockedTask[];
  stuck: StuckTask[];
  samples: number;
}

/** Makes the report. Pure; what is missing (no sysrq output, no stack) is left out, never guessed. */
export function diagnoseHang(evidence: HangEvidence): HangReport {
  const cpus = evidence.samples.map(({ lines }) => readCpuBacktraces(lines));
  const blockedLists = evidence.samples.map(({ lines }) => readBlockedTasks(lines));
  const blocked = [...new Map(blockedLists.flat().map((task) => [task.pid, task])).values()];
  const stuck = evidence.stuck.map((pid) => stuckTask(pid, evidence.samples, cpus, blockedLists));
  const culprit = chooseCulprit(stuck, blocked, cpus);
  const chain = culprit?.stack.filter((name) => !isGeneric(name)).slice(-8) ?? [];
  const named = culprit?.function;
  const hash = createHash('sha256')
    .update([named ?? evidence.what, ...sinceFunction(chain, named)].join('\n'))
    .digest('hex');
  return {
    title: `hang in ${evidence.what}: ${culprit?.says ?? 'nothing is known about the stuck task'}`,
    function: named,
    fingerprint: `hang:${named ?? '-'}:${hash.slice(0, 8)}`,
    cpus,
    blocked,
    stuck,
    samples: evidence.samples.length,
  };
}

/** The callers from the named function outwards: the functions that it calls differ from sample to sample. */
function sinceFunction(chain: readonly string[], named: string | undefined): string[] {
  const at = named === undefined ? -1 : chain.indexOf(named);
  return at < 0 ? [...chain] : chain.slice(at, at + 4);
}

interface Culprit {
  says: string;
  function: string | undefined;
  stack: string[];
}

function chooseCulprit(stuck: StuckTask[], blocked: BlockedTask[], cpus: CpuActivity[][]): Culprit | undefined {
  const running = stuck.find((task) => task.cpu !== undefined && task.function !== undefined);
  if (running !== undefined) return runningCulprit(running, running.cpu ?? 0);
  const preempted = stuck.find((task) => task.state === 'R' && task.function !== undefined);
  if (preempted !== undefined) {
    // The dump or another task has its CPU.
    const says = `${preempted.function ?? '?'} is running (task ${preempted.pid} ${preempted.comm}, R, preempted at the time of the sample)`;
    return { says, function: preempted.function, stack: preempted.stack };
  }
  const waiting = stuck.find((task) => task.state === 'D' && task.function !== undefined);
  if (waiting !== undefined) return blockedCulprit(waiting, waiting.function);

  // The stuck task only waits for another: name the one that keeps a CPU busy in the kernel, else the one that is blocked.
  const pids = new Set(
    cpus.flat().flatMap(({ pid, idle, asked }) => (pid === undefined || idle || asked ? [] : [pid])),
  );
  for (const pid of pids) {
    const seen = cpus.flatMap((sample) => sample.filter((cpu) => cpu.pid === pid && cpu.stack.length > 0));
    const last = seen.at(-1);
    // A loop that blocks others is in every sample.
    if (last === undefined || seen.length < cpus.length) continue;
    const name = commonFunction(seen.map(({ stack }) => stack));
    if (name === undefined) continue;
    const task = { pid, comm: last.comm ?? '?', state: 'R', stack: last.stack, function: name };
    return runningCulprit(task, last.cpu);
  }
  for (const task of blocked) {
    const name = commonFunction([task.stack]);
    if (name !== undefined) return blockedCulprit(task, name);
  }
  const some = stuck.find((task) => task.function !== undefined) ?? stuck[0];
  if (some === undefined) return undefined;
  const where = some.function === undefined ? 'its stack is not known' : `in ${some.function}`;
  return {
    says:
      some.state === ''
        ? `task ${some.pid} had exited by the time of the sample`
        : `task ${some.pid} ${some.comm} is in state ${some.state}, ${where}`,
    function: some.function,
    stack: some.stack,
  };
}

function runningCulprit(task: BlockedTask & { function: string | undefined }, cpu: number): Culprit {
  const says = `${task.function ?? '?'} is running on CPU ${cpu} (task ${task.pid} ${task.comm}, ${task.state})`;
  return { says, function: task.function, stack: task.stack };
}

function blockedCulprit(task: BlockedTask, name: string | undefined): Culprit {
  const says = `blocked in ${task.state} state in ${name ?? '?'} (task ${task.pid} ${task.comm})`;
  return { says, function: name, stack: task.stack };
}

function stuckTask(
  pid: number,
  samples: readonly HangSample[],
  cpus: CpuActivity[][],
  blocked: BlockedTask[][],
): StuckTask {
  const stacks: string[][] = [];
  let cpu: number | undefined;
  let last: DiagnosedTask | undefined;
  let comm: string | undefined;
  let state: string | undefined;
  for (const [index, sample] of samples.entries()) {
    const onCpu = cpus[index]?.find((activity) => activity.pid === pid);
    const listed = blocked[index]?.find((task) => task.pid === pid);
    const task = sample.tasks.find((candidate) => candidate.pid === pid);
    last = task ?? last;
    comm = task?.comm ?? onCpu?.comm ?? listed?.comm ?? comm;
    state = (task?.state ?? listed?.state ?? state)?.charAt(0);
    if (onCpu !== undefined && onCpu.stack.length > 0) cpu = onCpu.cpu;
    // The trace of its CPU was taken while it ran; /proc/PID/stack of a running task is empty or out of date.
    const fromProc = task === undefined ? [] : readTaskStack(task.stack);
    const best = [onCpu?.stack ?? [], fromProc, listed?.stack ?? []].find((stack) => stack.length > 0);
    if (best !== undefined) stacks.push(best);
  }
  return {
    pid,
    comm: comm ?? '?',
    state: state ?? '?',
    stack: stacks.at(-1) ?? [],
    wchan: emptyToUndefined(last?.wchan),
    syscall: emptyToUndefined(last?.syscall),
    cpu,
    stacks,
    function: commonFunction(stacks),
  };
}

function emptyToUndefined(text: string | undefined): string | undefined {
  return text === undefined || text === '' || text === '0' ? undefined : text;
}

/**
 * The innermost function that all stacks (innermost first) share, counted from the outside, and that is not generic. What
 * it calls differs from sample to sample, so the loop is in it. Functions that only take or drop a lock are skipped: the
 * interrupt that takes the sample waits until interrupts are on, so it hits them far more often than they last.
 */
export function commonFunction(stacks: readonly (readonly string[])[]): string | undefined {
  const [first, ...rest] = stacks.map((stack) => [...stack].reverse());
  if (first === undefined) return undefined;
  let depth = first.length;
  for (const stack of rest) {
    let same = 0;
    while (same < depth && same < stack.length && stack[same] === first[same]) same += 1;
    depth = same;
  }
  const common = first.slice(0, depth).reverse();
  // Nothing in common: it does different things, and the last sample is as good as any.
  const significant = common.find((name) => !isGenericInHang(name));
  if (significant !== undefined) return significant;
  const latest = stacks.at(-1) ?? [];
  return latest.find((name) => !isGenericInHang(name)) ?? latest.find((name) => !isGeneric(name));
}

/** Functions of /proc/PID/stack, innermost first. */
function readTaskStack(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const frame = parseFrame(line);
    return frame === undefined || frame.unreliable ? [] : [frame.function];
  });
}

const cpuHeader = /^NMI backtrace for cpu (?<cpu>\d+)(?<idle> skipped: idling)?/;
const cpuFallback = /^sysrq: CPU(?<cpu>\d+):/;
const taskLine = /^CPU: (?<cpu>\d+) (?:UID: \d+ )?PID: (?<pid>\d+) Comm: (?<comm>.+?) (?:Not tainted|Tainted:|Kdump:)/;
const asking =
  /^(?:write_sysrq_trigger|__handle_sysrq|nmi_trigger_cpumask_backtrace|arch_trigger_cpumask_backtrace|sysrq_handle_showallcpus)$/;

/** What sysrq l printed of each CPU; the last dump of each counts. */
export function readCpuBacktraces(lines: readonly LogLine[]): CpuActivity[] {
  const found = new Map<number, CpuActivity>();
  const heads = lines.flatMap((line, index) => {
    const groups = (cpuHeader.exec(line.text) ?? cpuFallback.exec(line.text))?.groups;
    return groups === undefined ? [] : [{ index, cpu: Number(groups['cpu']), idle: groups['idle'] !== undefined }];
  });
  for (const [nth, head] of heads.entries()) {
    const end = endOfDump(lines, head.index, heads[nth + 1]?.index ?? lines.length);
    const part = lines.slice(head.index + 1, end);
    const task = part.map(({ text }) => taskLine.exec(text)?.groups).find((groups) => groups !== undefined);
    const stack = readStack(part);
    const everything = stack.frames.filter((frame) => !frame.unreliable);
    const inTask = everything.filter((frame) => frame.context === 'task');
    const asked = everything.some((frame) => asking.test(frame.function));
    const frames = (inTask.length > 0 ? inTask : everything).map((frame) => frame.function);
    const pid = task?.['pid'] === undefined ? undefined : Number(task['pid']);
    found.set(head.cpu, {
      cpu: head.cpu,
      pid: pid === 0 ? undefined : pid,
      comm: pid === 0 ? undefined : task?.['comm'],
      idle: head.idle || pid === 0,
      asked,
      rip: stack.rip?.function,
      stack:
        asked || head.idle || pid === 0 ? [] : [...(stack.rip === undefined ? [] : [stack.rip.function]), ...frames],
    });
  }
  return [...found.values()].sort((a, b) => a.cpu - b.cpu);
}

function endOfDump(lines: readonly LogLine[], from: number, limit: number): number {
  for (let index = from + 1; index < limit; index += 1) {
    if (/^(?:sysrq: (?!CPU)|Sending NMI |task:|\s*<\/TASK>)/.test(lines[index]?.text ?? '')) return index + 1;
  }
  return limit;
}

const blockedHead =
  /^(?:task:(?<comm>.+?)\s+state:(?<state>[A-Z])\s.*?\bpid:\s*(?<pid>\d+)|(?<oldComm>\S.*?)\s+(?<oldState>[DRS])\s+(?:[0-9a-f]{16}\s+)?\d+\s+(?<oldPid>\d+)\s+\d+\s+0x[0-9a-f]+)/;

/** The tasks of sysrq w (or t), or of a hung-task report: those with a state of D. */
export function readBlockedTasks(lines: readonly LogLine[]): BlockedTask[] {
  return readTasks(lines).filter(({ state }) => state === 'D');
}

/** System calls in which a task waits for whatever may come next. */
const waitingCalls =
  /^__(?:x64|se|do)_sys_(?:epoll_p?wait2?|p?poll|p?select6?|pause|wait4|waitid|rt_sigsuspend|rt_sigtimedwait|(?:clock_)?nanosleep|futex(?:_wait)?)$/;

/** Whether sysrq l and w say that the kernel has nothing to do: every CPU is idle, and no task is blocked. */
export function isAtRest(lines: readonly LogLine[]): boolean {
  const cpus = readCpuBacktraces(lines);
  return cpus.length > 0 && cpus.every(({ idle }) => idle) && readBlockedTasks(lines).length === 0;
}

/** The system call in which a task of sysrq t waits for whatever may come next; undefined when it does something else. */
export function waitsIn(lines: readonly LogLine[], pid: number): string | undefined {
  const task = readTasks(lines).findLast((candidate) => candidate.pid === pid);
  if (task === undefined || !['S', 'T'].includes(task.state)) return undefined;
  return task.stack.find((name) => waitingCalls.test(name))?.replace(/^__\w+?_sys_/, '');
}

/** The tasks that the kernel has listed, in any state. */
function readTasks(lines: readonly LogLine[]): BlockedTask[] {
  const tasks: BlockedTask[] = [];
  for (const [index, line] of lines.entries()) {
    const groups = blockedHead.exec(line.text)?.groups;
    if (groups === undefined) continue;
    const state = groups['state'] ?? groups['oldState'] ?? '?';
    const after = lines.slice(index + 1);
    const next = after.findIndex(({ text }) => blockedHead.test(text) || cpuHeader.test(text) || /^sysrq: /.test(text));
    const stack = readStack(next < 0 ? after : after.slice(0, next));
    tasks.push({
      pid: Number(groups['pid'] ?? groups['oldPid']),
      comm: (groups['comm'] ?? groups['oldComm'] ?? '?').trim(),
      state,
      stack: stack.frames.filter((frame) => !frame.unreliable && !frame.rip).map((frame) => frame.function),
    });
  }
  return tasks;
}
