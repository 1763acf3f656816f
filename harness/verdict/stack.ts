// SPDX-License-Identifier: GPL-2.0-only
// Reads what the kernel prints of a stack: RIP, call trace frames, the context marks around them.

import type { LogLine } from './log-line.ts';
import { plainName } from './functions.ts';

export interface Frame {
  /** The function, without suffixes of the compiler. */
  function: string;
  /** As printed, such as `dax_lock_mapping_entry+0x9f/0x120`. */
  symbol: string;
  module?: string;
  /** The unwinder did not vouch for it (`? name`). */
  unreliable: boolean;
  /** It came from a `RIP:` line, not from a call trace. */
  rip: boolean;
  /** The stack it lies on. */
  context: 'task' | 'irq' | 'nmi' | 'exception';
}

export interface Stack {
  frames: Frame[];
  /** A `RIP:` line was read before the trace: where the CPU was when it was stopped. */
  rip: Frame | undefined;
  /** Both ends of the trace were seen, where this kernel prints them. */
  whole: boolean;
}

const symbolPattern = String.raw`(?<symbol>[A-Za-z_.$][\w.$]*)\+0x[0-9a-f]+/0x[0-9a-f]+`;
const modulePattern = String.raw`(?: \[(?<module>[\w-]+)(?: [0-9a-f]+)?\])?`;
const framePattern = new RegExp(
  String.raw`^\s*(?:\[<[0-9a-f]+>\]\s*)?(?<guess>\? )?${symbolPattern}${modulePattern}(?: \(?[\w./-]+:\d+\)?)?(?: \([A-Z]\))*\s*$`,
);
const ripPattern = new RegExp(String.raw`^(?:RIP: 0010:|RIP: [0-9a-f]{4}:|pc : )${symbolPattern}${modulePattern}`);
const withoutSymbol = /^RIP: 0010:(?:0x[0-9a-f]+|[0-9a-f]+)/;

/** One frame of a call trace, or of /proc/PID/stack. */
export function parseFrame(text: string): Frame | undefined {
  const groups = framePattern.exec(text)?.groups;
  return groups === undefined ? undefined : frameOf(text, groups, groups['guess'] !== undefined, false);
}

/** The symbol of a `RIP:` line inside the kernel; undefined for user space and for an address without symbol. */
export function parseRip(text: string): Frame | undefined {
  const groups = ripPattern.exec(text)?.groups;
  return groups === undefined ? undefined : frameOf(text, groups, false, true);
}

function frameOf(text: string, groups: Record<string, string>, unreliable: boolean, rip: boolean): Frame {
  const module = groups['module'];
  return {
    function: plainName(groups['symbol'] ?? ''),
    symbol: /[\w.$]+\+0x[0-9a-f]+\/0x[0-9a-f]+/.exec(text)?.[0] ?? '',
    ...(module === undefined ? {} : { module }),
    unreliable,
    rip,
    context: 'task',
  };
}

/**
 * The first stack in some lines: the `RIP:` before `Call Trace:` and that trace's frames, innermost first. `RIP:` lines
 * inside the trace (where an interrupt came) are frames of it. Frames marked `?` are kept, marked.
 */
export function readStack(lines: readonly LogLine[]): Stack {
  const frames: Frame[] = [];
  let rip: Frame | undefined;
  let ripSeen = false;
  let inTrace = false;
  let opened = false;
  let closed = false;
  const contexts: Frame['context'][] = [];
  for (const { text } of lines) {
    if (/^\s*Call Trace:/i.test(text)) {
      if (inTrace) break;
      inTrace = true;
      continue;
    }
    const mark =
      /^\s*<(?<slash>\/?)(?<name>TASK|IRQ|NMI|SOFTIRQ|#?[A-Z]{2,3}[0-9]?|ENTRY_TRAMPOLINE|SYSENTER)>\s*$/.exec(
        text,
      )?.groups;
    if (mark !== undefined && inTrace) {
      if (mark['slash'] === '/') {
        contexts.pop();
        if (mark['name'] === 'TASK') {
          closed = true;
          break;
        }
      } else {
        contexts.push(contextOf(mark['name'] ?? ''));
        if (mark['name'] === 'TASK') opened = true;
      }
      continue;
    }
    const frame = parseRip(text) ?? (inTrace ? parseFrame(text) : undefined);
    if (frame !== undefined) {
      frame.context = contexts.at(-1) ?? 'task';
      if (frame.rip && !inTrace) {
        if (!ripSeen) rip = frame;
        ripSeen = true;
      } else frames.push(frame);
    } else if (withoutSymbol.test(text)) {
      ripSeen = true;
    } else if (inTrace && !opened && frames.length > 0 && !partOfTrace(text)) {
      break; // kernels before 5.16 print no </TASK>
    }
  }
  return { frames, rip, whole: inTrace && (closed || !opened) };
}

/** Register lines inside a trace, printed where an interrupt or a syscall entered. */
function partOfTrace(text: string): boolean {
  return /^\s*(?:RIP|RSP|Code|R[A-D]X|RBP|R\d\d|FS|CS|CR2|DR\d|PKRU|EFLAGS|ORIG_RAX)[ :]/.test(text);
}

function contextOf(name: string): Frame['context'] {
  if (name === 'TASK') return 'task';
  if (name === 'NMI') return 'nmi';
  return name === 'IRQ' || name === 'SOFTIRQ' ? 'irq' : 'exception';
}
