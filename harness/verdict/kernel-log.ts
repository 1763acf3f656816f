// SPDX-License-Identifier: GPL-2.0-only
// Reads a kernel log line by line, as it comes, and finds the crashes in it, by the table in rules.ts.

import { createHash } from 'node:crypto';
import { showControls } from '../host/control-characters.ts';
import { isGeneric, isGenericInHang, plainName } from './functions.ts';
import { showLine, type LogLine } from './log-line.ts';
import { excuses, headlessDump, machineCheckLine, rebootSigns, rules, type Rule } from './rules.ts';
import { parseFrame, parseRip, readStack, type Frame } from './stack.ts';

export interface CrashReport {
  /** The rule's kind, such as `page-fault`. */
  kind: string;
  /** crash, or hang when the kernel itself reported that something does not go on (lockup, stall, hung task). */
  type: 'crash' | 'hang';
  /** Headline without addresses, pids and numbers: the same for the same defect on every run. */
  title: string;
  /** The innermost function that is not generic; undefined when the report names none. */
  function: string | undefined;
  /** `page-fault:dax_disassociate_entry:1c0ffee5`: kind, function, and a hash of both with the first functions of the stack. */
  fingerprint: string;
  /** The report's own lines, as the console shows them. */
  lines: string[];
  /** The report is cut short or mixed up with another: its function and fingerprint may be wrong. */
  corrupted: boolean;
  /** Microseconds since boot of its first line. */
  startUs: number;
  /** It came after an oops or a panic, so it is kept as a consequence of that. */
  secondary: boolean;
  /** How often a report with this fingerprint came. */
  times: number;
}

interface OpenReport {
  kind: string;
  type: Rule['type'];
  body: Rule['body'];
  title: string;
  end: RegExp | undefined;
  fatal: boolean;
  groups: Record<string, string>;
  lines: LogLine[];
  /** Index in `lines` of the line that matched the rule. */
  head: number;
  mixed: boolean;
  /** Its end was seen; only lines that always follow an end may still join. */
  ended: boolean;
  callTraces: number;
  traceOpen: boolean;
}

/** One machine check is about six lines. */
const longestMachineCheck = 24;
/** A report counts as cut when it is this long, or when the log goes on this much later without its end. */
const longestReport = 1500;
const longestPauseUs = 10_000_000;

/** Lines of an oops or a stack dump. Any other line between them is not part of it. */
const structure = [
  /^\s*(?:CPU: \d+ |Hardware name: |Workqueue: |Call Trace:|Modules linked in:|Unloaded tainted modules:|\[last unloaded|Code: |Tainted: |Kernel Offset: |Stack:)/,
  /^\s*<\/?[A-Z#\d_]+>\s*$/,
  /^\s*(?:RIP|RSP|RAX|RDX|RBP|R10|R13|FS|CS|CR2|DR0|DR3|PKRU|EFLAGS|ORIG_RAX|EAX|ESI|DS|pc|lr|sp|x\d+|pstate) ?: ?/,
  /^#PF: |^PGD |^Oops: |^BAD$|^\[#\d+\]|^Internal error: |^(?:invalid opcode|divide error|int3|general protection fault|stack segment|double fault)(?:,|: )[^[]*\[#\d+\]/,
  /^kernel BUG at |^WARNING: (?:CPU: |.+:\d+ at )|^-+\[ cut here \]-+$|^---\[ end trace/,
  /^(?:page:|page: |flags: |raw: |page dumped because|page_type|head:|memcg:|aops:|pfn:|bad because|addr:|file:|lock: |irq event stamp|hardirqs last|softirqs last|Kernel panic - not syncing: (?:Fatal exception|panic_on_warn|kernel: panic_on_warn set))/,
  /^(?:note: .+\[\d+\] exited with |Fixing recursive fault|BUG: workqueue leaked|---\[ end Kernel panic)/,
];
const continuation = /^\s+(?:\S.*)?$/;
/** What may still follow `end trace`: the registers again, the note, the panic because of panic_on_oops. */
const epilogue =
  /^(?:RIP|RSP|RAX|RDX|RBP|R10|R13|FS|CS|CR2|DR0|DR3|PKRU|Code|Kernel Offset): |^note: .+\[\d+\] exited with |^Kernel panic - not syncing: (?:Fatal exception|panic_on_warn|kernel: panic_on_warn set)|^---\[ end Kernel panic|^Fixing recursive fault|^kobject: kobject_add_internal failed/;
const cutHere = /^-+\[ cut here \]-+$/;
const sysrqHeader = /^sysrq: /;

export class KernelLogReader {
  readonly #reports: CrashReport[] = [];
  #open: OpenReport | undefined;
  #fatalSeen = false;
  #fatal = 0;
  #stampSeen = false;
  #kernelSeen = false;
  /** A reboot was reported; what follows until the kernel's first stamped line is the same reboot. */
  #booting = false;
  #rebootExpected = false;
  #previous: LogLine | undefined;
  /** Lines since `cut here`, which belong to the report that follows. */
  #pending: LogLine[] | undefined;
  /** Lines about a machine check: a panic because of it names none of what they say. */
  #machineCheck: LogLine[] = [];
  /** Until when, in microseconds, dumps of the kernel count as asked for (sysrq). */
  #askedUntilUs = 0;

  /** All reports found so far, in order; one that is still being read is not among them. */
  get reports(): readonly CrashReport[] {
    return this.#reports;
  }

  /** A report has begun, and the kernel may still be printing it. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** How many reports have come after which the kernel cannot be trusted, or have begun. */
  get fatalReports(): number {
    return this.#fatal + (this.#open?.fatal === true ? 1 : 0);
  }

  /** The scenario resets its guest: the next `Linux version` is not a crash. */
  expectReboot(): void {
    this.#rebootExpected = true;
  }

  /** Takes the next line. Returns the reports that it completed. */
  feed(raw: LogLine): CrashReport[] {
    const before = this.#reports.length;
    // What a program writes to /dev/kmsg is no report of the kernel.
    if (raw.foreign === true) return [];
    const line = { ...raw, text: showControls(raw.text) };
    if (line.stamped) this.#stampSeen = true;
    if (this.#reboots(line)) return this.#reports.slice(before);
    // Once the kernel stamps its lines, a line without stamp is a program's output.
    if (!line.stamped && this.#stampSeen) return [];

    if (this.#open !== undefined) this.#continue(this.#open, line);
    else this.#look(line);
    this.#previous = line;
    // Firmware and boot loader print to the same console before the kernel does, without stamps.
    if (line.stamped) this.#kernelSeen = true;
    return this.#reports.slice(before);
  }

  /** The log ends here (the guest is gone, or is judged now): a report that is still open is closed. */
  end(): CrashReport[] {
    const before = this.#reports.length;
    const open = this.#open;
    if (open !== undefined) this.#close(open, !isWhole(open));
    this.#pending = undefined;
    return this.#reports.slice(before);
  }

  #reboots(line: LogLine): boolean {
    const sign = rebootSigns.some((pattern) => pattern.test(line.text));
    if (this.#booting) {
      if (line.stamped) this.#booting = false;
      return sign;
    }
    if (!sign || !this.#kernelSeen) return false;
    const open = this.#open;
    if (open !== undefined) this.#close(open, !isWhole(open));
    this.#booting = !line.stamped;
    this.#kernelSeen = line.stamped;
    this.#stampSeen = line.stamped;
    this.#pending = undefined;
    this.#previous = undefined;
    this.#askedUntilUs = 0;
    if (this.#rebootExpected) {
      this.#rebootExpected = false;
      this.#fatalSeen = false;
    } else {
      this.#report(begin(rebootRule, {}, [line], 0), false);
    }
    return true;
  }

  #look(line: LogLine): void {
    const { text } = line;
    if (cutHere.test(text)) {
      this.#pending = [line];
      return;
    }
    if (sysrqHeader.test(text)) this.#askedUntilUs = line.us + longestPauseUs;
    if (machineCheckLine.test(text)) this.#machineCheck = [...this.#machineCheck, line].slice(-longestMachineCheck);
    const matched = match(text);
    if (matched !== undefined) {
      const isMachineCheck = matched.rule.kind === 'machine-check';
      const before = (this.#pending ?? []).filter(({ caller }) => caller === line.caller);
      if (isMachineCheck) before.push(...this.#machineCheck);
      this.#machineCheck = [];
      this.#pending = undefined;
      if (isMachineCheck) Object.assign(matched.groups, interruptedBy(before));
      this.#start(begin(matched.rule, matched.groups, [...before, line], before.length), line);
      return;
    }
    if (this.#pending !== undefined) {
      // The text of a WARN() is between `cut here` and the WARNING line.
      if (this.#pending.length < 12) this.#pending.push(line);
      else this.#pending = undefined;
      return;
    }
    if (headlessDump.test(text)) this.#lookAtDump(line);
  }

  /** A stack dump without a known header. */
  #lookAtDump(line: LogLine): void {
    const header = this.#previous;
    if (line.us <= this.#askedUntilUs) {
      this.#askedUntilUs = line.us + longestPauseUs;
      return;
    }
    if (header !== undefined && excuses.some(({ line: excuse }) => excuse.test(header.text))) return;
    this.#start(begin(dumpRule, {}, [line], 0), line);
  }

  #start(open: OpenReport, line: LogLine): void {
    if (line.torn === true) open.mixed = true;
    if (open.body === 'line') this.#report(open, false);
    else this.#open = open;
  }

  #continue(open: OpenReport, line: LogLine): void {
    const last = open.lines.at(-1);
    const pause = last === undefined ? 0 : line.us - last.us;
    const otherCaller = line.caller !== undefined && open.lines[0]?.caller !== undefined && !sameCaller(open, line);

    if (open.lines.length >= longestReport || pause > longestPauseUs || pause < -longestPauseUs) {
      this.#close(open, !isWhole(open));
      this.#look(line);
      return;
    }
    if (otherCaller) {
      // The caller is known, so a line of another caller is not part of this report; a crash of another ends it.
      const other = match(line.text);
      if (other !== undefined && (open.ended || other.rule.type === 'crash')) {
        this.#close(open, !isWhole(open));
        this.#look(line);
      }
      return;
    }
    if (open.ended) {
      if (epilogue.test(line.text)) open.lines.push(line);
      else {
        this.#close(open, false);
        this.#look(line);
      }
      return;
    }
    if (line.torn === true) open.mixed = true;
    if (open.end?.test(line.text) === true && open.lines.length > open.head + 1) {
      open.lines.push(line);
      open.ended = true;
      return;
    }
    if (open.body === 'trace') this.#continueTrace(open, line);
    else this.#continueText(open, line);
  }

  #continueTrace(open: OpenReport, line: LogLine): void {
    const { text } = line;
    const part = structure.some((pattern) => pattern.test(text)) || parseFrame(text) !== undefined;
    const fresh = match(text);
    if (fresh !== undefined && !(part && joins(open, text))) {
      // A new report begins inside this one.
      const whole = isWhole(open);
      this.#close(open, !whole);
      this.#look(line);
      return;
    }
    if (open.end === undefined && open.callTraces > 0 && !open.traceOpen && !part) {
      this.#close(open, false);
      this.#look(line);
      return;
    }
    if (!part && !(open.callTraces === 0 && continuation.test(text))) return;
    this.#take(open, line);
  }

  #continueText(open: OpenReport, line: LogLine): void {
    const { text } = line;
    const fresh = match(text);
    const finished = open.end === undefined && open.callTraces > 0 && !open.traceOpen;
    const ownPart = structure.some((pattern) => pattern.test(text)) || parseFrame(text) !== undefined;
    if (cutHere.test(text) && open.kind !== 'panic' && open.kind !== 'machine-check') {
      this.#close(open, !isWhole(open));
      this.#look(line);
    } else if (fresh !== undefined && !(ownPart && joins(open, text)) && !sameStall(open, fresh.rule)) {
      this.#close(open, !isWhole(open));
      this.#look(line);
    } else if (finished && !ownPart && !continuation.test(text) && !stallChatter.test(text)) {
      this.#close(open, false);
      this.#look(line);
    } else this.#take(open, line);
  }

  #take(open: OpenReport, line: LogLine): void {
    open.lines.push(line);
    const { text } = line;
    if (/^\s*Call Trace:/i.test(text)) {
      open.callTraces += 1;
      open.traceOpen = true;
    } else if (/^\s*<\/TASK>/.test(text)) open.traceOpen = false;
    else if (open.traceOpen && !insideTrace(text)) open.traceOpen = false;
    // A dump without an end line ends with its trace.
    if (open.body === 'trace' && open.end === undefined && /^\s*<\/TASK>/.test(text)) open.ended = true;
  }

  #close(open: OpenReport, cut: boolean): void {
    this.#open = undefined;
    this.#report(open, cut);
  }

  #report(open: OpenReport, cut: boolean): void {
    const secondary = this.#fatalSeen;
    if (open.fatal) {
      this.#fatalSeen = true;
      this.#fatal++;
    }
    const report = finish(open, cut, secondary);
    const same = this.#reports.find(
      (other) => other.fingerprint === report.fingerprint && other.title === report.title,
    );
    if (same === undefined || report.kind === rebootRule.kind) this.#reports.push(report);
    else same.times += 1;
  }
}

/** All crash reports of a whole log. */
export function readKernelLog(lines: Iterable<LogLine>): CrashReport[] {
  const reader = new KernelLogReader();
  for (const line of lines) reader.feed(line);
  reader.end();
  return [...reader.reports];
}

type RuleLike = Pick<Rule, 'kind' | 'type' | 'body' | 'title' | 'end' | 'fatal'>;

const rebootRule: RuleLike = { kind: 'reboot', type: 'crash', body: 'line', title: 'unexpected reboot', fatal: true };
const dumpRule: RuleLike = {
  kind: 'stack-dump',
  type: 'crash',
  body: 'trace',
  title: 'stack dump in {function}',
  fatal: false,
};

/** The function in which a machine check hit the CPU, where its lines name one: the last of several. */
function interruptedBy(lines: readonly LogLine[]): { function?: string } {
  const named = lines.map(({ text }) => machineCheckLine.exec(text)?.groups?.['function']);
  const last = named.findLast((name) => name !== undefined);
  return last === undefined ? {} : { function: last };
}

/** What a stall report prints between and after its traces. */
const stallChatter =
  /^(?:rcu: |\(detected by|\(t=\d+|Sending NMI|NMI backtrace for cpu|task:|"echo 0 >|Showing all locks|\d+ locks? held by|INFO: NMI handler|INFO: task .* is blocked on|Blocked by|Not tainted|={10,}|-{10,})/;

function match(text: string): { rule: Rule; groups: Record<string, string> } | undefined {
  for (const rule of rules) {
    const found = rule.start.exec(text);
    if (found !== null) return { rule, groups: { ...found.groups } };
  }
  return undefined;
}

function begin(rule: RuleLike, groups: Record<string, string>, lines: LogLine[], head: number): OpenReport {
  return {
    kind: rule.kind,
    type: rule.type,
    body: rule.body,
    title: rule.title,
    end: rule.end,
    fatal: rule.fatal,
    groups,
    lines,
    head,
    mixed: false,
    ended: false,
    callTraces: 0,
    traceOpen: false,
  };
}

/** Whether a line that could begin a report is part of this one: `Oops:` after `BUG:`, `WARNING:` after refcount_t. */
function joins(open: OpenReport, text: string): boolean {
  if (cutHere.test(text)) return false;
  if (/^WARNING: |^kernel BUG at /.test(text)) {
    const own = open.lines[open.head]?.text ?? '';
    const announced = ['refcount', 'list-corruption', 'xfs-assert', 'slab', 'bad-page'].includes(open.kind);
    return announced && open.callTraces === 0 && own !== text;
  }
  if (/^Kernel panic/.test(text)) return epilogue.test(text);
  // The trap's own line comes once, before the registers.
  return open.callTraces === 0;
}

/** An RCU stall prints the lines of further stalls: they are the same report. */
function sameStall(open: OpenReport, rule: Rule): boolean {
  return open.type === 'hang' && open.kind === rule.kind && rule.kind === 'rcu-stall';
}

function sameCaller(open: OpenReport, line: LogLine): boolean {
  return open.lines[open.head]?.caller === line.caller;
}

function insideTrace(text: string): boolean {
  return (
    parseFrame(text) !== undefined ||
    parseRip(text) !== undefined ||
    /^\s*<\/?[A-Z#\d_]+>\s*$/.test(text) ||
    /^\s*(?:RIP|RSP|RAX|RDX|RBP|R10|R13|Code|FS|CS|CR2|DR0|DR3|PKRU|EFLAGS|ORIG_RAX): ?/.test(text)
  );
}

/** Whether the report reached its end, if its kind has one. */
function isWhole(open: OpenReport): boolean {
  if (open.ended || open.body === 'line') return true;
  if (open.kind === 'panic' || open.kind === 'machine-check') return true; // a guest may be ended before the last line of a panic
  if (open.end !== undefined && open.body === 'trace') return false;
  return open.callTraces > 0 && !(open.traceOpen && open.lines.some(({ text }) => /^\s*<TASK>/.test(text)));
}

function finish(open: OpenReport, cut: boolean, secondary: boolean): CrashReport {
  const named = open.groups['function'];
  const stack = readStack(open.lines.slice(open.head));
  const usable = usableFrames(stack.frames, open.type, stack.rip === undefined);
  const candidates = [
    ...(named === undefined ? [] : [plainName(named)]),
    ...(stack.rip === undefined ? [] : [stack.rip.function]),
    ...usable.map((frame) => frame.function),
  ];
  const generic = open.type === 'hang' ? isGenericInHang : isGeneric;
  // A machine check hits where the poison is read, in a copy function as likely as not: that is the place.
  const hit = open.kind === 'machine-check' && named !== undefined ? plainName(named) : undefined;
  const culprit =
    hit ??
    candidates.find((name) => !generic(name)) ??
    stack.rip?.function ??
    (named === undefined ? undefined : plainName(named));
  const title = fill(open.title, { ...open.groups, function: culprit ?? 'an unknown function' });
  const firstFrames = usable
    .map((frame) => frame.function)
    .filter((name) => !isGeneric(name))
    .slice(0, 4);
  const identity = [open.kind, stack.rip?.function ?? named ?? '', ...firstFrames];
  // Without a stack the title distinguishes two reports.
  if (firstFrames.length === 0) identity.push(title);
  const hash = createHash('sha256').update(identity.join('\n')).digest('hex').slice(0, 8);
  return {
    kind: open.kind,
    type: open.type,
    title,
    function: culprit,
    fingerprint: `${open.kind}:${culprit ?? '-'}:${hash}`,
    lines: open.lines.map(showLine),
    corrupted: cut || open.mixed,
    // What was logged of machine checks before may be of those that were survived.
    startUs: (open.kind === 'machine-check' ? open.lines[open.head] : open.lines[0])?.us ?? 0,
    secondary,
    times: 1,
  };
}

/**
 * The frames to judge by: reliable ones. In a hang, those of the task, since the interrupt on top only took the dump;
 * likewise in a trace of a crash without registers.
 */
function usableFrames(frames: readonly Frame[], type: Rule['type'], withoutRip: boolean): Frame[] {
  const reliable = frames.filter((frame) => !frame.unreliable);
  if (type === 'crash' && !withoutRip) return reliable;
  const task = reliable.filter((frame) => frame.context === 'task');
  return type === 'hang' && task.length > 0 ? task : reliable;
}

function fill(template: string, groups: Record<string, string>): string {
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => groups[name] ?? '?');
  return normalizeTitle(filled);
}

/** The kernel's own lines are shorter. Characters. */
const longestTitle = 1000;

/** Removes what differs from run to run: addresses, pids, CPUs, exit codes, offsets, sizes. */
export function normalizeTitle(title: string): string {
  return title
    .slice(0, longestTitle)
    .replace(/! exitcode=0x[0-9a-f]+/g, '')
    .replace(/\+0x[0-9a-f]+\/0x[0-9a-f]+/g, '')
    .replace(/\b0x[0-9a-f]+\b/gi, 'ADDR')
    .replace(/\b(?:[0-9a-f]{16}|[0-9a-f]{8})\b/g, 'ADDR')
    .replace(/\b(CPU|cpu)\s*#?\d+\b/g, '$1')
    .replace(/\b(?:pid|PID)[: =]*\d+/g, 'pid')
    .replace(/:\d+\b/g, '')
    .replace(/\s+/g, ' ')
    .replace(/[\s!.:,;]+$/, '')
    .trim();
}
