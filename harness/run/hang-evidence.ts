// SPDX-License-Identifier: GPL-2.0-only
// Before a guest that hangs is ended it is asked why: the agent first; if even that does not answer, the kernel through
// its serial console (sysrq), and the CPUs through QEMU. If the kernel only waits, like the agent, the silence is the agent's or
// QEMU's.

import { setTimeout as sleep } from 'node:timers/promises';
import type { HangCause } from '../guest/guest-errors.ts';
import type { LiveGuest } from '../guest/live-guest.ts';
import { diagnoseHang, isAtRest, waitsIn, type HangSample } from '../verdict/hang.ts';
import { renderHang } from '../verdict/hang-text.ts';
import { kmsgLines, readConsole, type LogLine } from '../verdict/log-line.ts';
import {
  diagnoseFromOutside,
  parseKallsyms,
  parseRegisters,
  type CpuRegisters,
  type SymbolTable,
} from '../verdict/registers.ts';

/** Looks at the guest, a little apart: a loop is what all of them have in common. */
const looks = 3;
const betweenMs = 300;
/** One look may take this long, before the slowdown. Milliseconds. */
const lookMs = 5000;
/** The kernel's answer on its console is whole when nothing more of it comes for this long, milliseconds. */
const quietMs = 1500;
/** Its answer is waited for this many times as long at most. */
const mostWaits = 10;
/** The agent. */
const agentPid = 1;
/** How much of a long console is read for what the kernel answered. Characters. */
const mostFresh = 1 << 20;

/**
 * Asks a guest that hangs in `what` why it does. `pids`: the processes that should have ended. `sibling` makes another
 * guest from the same checkpoint, which has its kernel at the same address: it can be asked for symbols.
 * Without a `report` the kernel does not hang: `text` says why. `pauseMs`: how long the console has to be quiet.
 */
export async function askWhy(
  guest: LiveGuest,
  what: string,
  pids: number[],
  slowdown: number,
  sibling: () => Promise<LiveGuest>,
  pauseMs = quietMs,
): Promise<HangCause> {
  const samples: HangSample[] = [];
  try {
    for (let look = 0; look < looks; look++) {
      if (look > 0) await sleep(betweenMs);
      const from = guest.log.length;
      const { tasks } = await guest.request('diagnose', { pids }, { withinMs: lookMs * slowdown });
      samples.push({ tasks, lines: guest.log.slice(from).flatMap(kmsgLines) });
    }
  } catch {
    if (guest.qemu.exit === undefined && samples.length === 0) {
      const lines = await askConsole(guest, ['l', 'w'], pauseMs);
      const call = isAtRest(lines) ? waitsIn(await askConsole(guest, ['t'], pauseMs), agentPid) : undefined;
      if (call !== undefined) {
        return { text: `the agent does not answer: it waits in ${call}, all CPUs are idle, and no task is blocked` };
      }
      if (lines.length > 0) samples.push({ tasks: [], lines });
    }
  }
  if (samples.some(({ tasks, lines }) => tasks.length + lines.length > 0) || guest.qemu.exit !== undefined) {
    const report = diagnoseHang({ what, stuck: pids, samples });
    return { report, text: renderHang(report) };
  }
  const registers = await askQemu(guest);
  const report = diagnoseFromOutside(what, registers, await symbolsFor(registers.flat(), sibling));
  return { report, text: `${report.title}\n\n${report.samples.map((lines) => lines.join('\n')).join('\n\n')}\n` };
}

/**
 * What the kernel prints for keys of sysrq, by a break on the serial line, which it serves in an interrupt; 9 before them, or
 * the console would show their headings only.
 */
async function askConsole(guest: LiveGuest, keys: readonly string[], pauseMs: number): Promise<LogLine[]> {
  const before = guest.consoleText();
  const socket = await guest.qemu.connect('console');
  // Nobody needs what comes, but QEMU writes a byte twice to the console's file when its socket takes no more
  // (chardev/char.c:qemu_chr_write_buffer, 7.2).
  socket.resume();
  try {
    for (const key of ['9', ...keys]) {
      await guest.qemu.qmp.execute('chardev-send-break', { id: 'console' });
      await sleep(100);
      socket.write(key);
      await quiet(guest, pauseMs);
    }
  } finally {
    socket.destroy();
  }
  const after = guest.consoleText();
  // The middle of a long console is left out: then what is new is in its tail.
  const fresh = after.startsWith(before) ? after.slice(before.length) : after.slice(-mostFresh);
  return readConsole(fresh);
}

/** Waits until the console prints nothing more. */
async function quiet(guest: LiveGuest, pauseMs: number): Promise<void> {
  for (let waits = 0; waits < mostWaits; waits++) {
    const { length } = guest.consoleText();
    await sleep(pauseMs);
    if (guest.consoleText().length === length) return;
  }
}

/** Where each CPU is, as QEMU sees it, several times. */
async function askQemu(guest: LiveGuest): Promise<CpuRegisters[][]> {
  const samples: CpuRegisters[][] = [];
  for (let look = 0; look < looks; look++) {
    if (look > 0) await sleep(betweenMs);
    samples.push(parseRegisters(await guest.qemu.qmp.monitor('info registers -a')));
  }
  return samples;
}

/** The symbols that the kernel addresses lie in, asked of a guest that still answers. */
async function symbolsFor(
  registers: readonly CpuRegisters[],
  sibling: () => Promise<LiveGuest>,
): Promise<SymbolTable | undefined> {
  const addresses = [...new Set(registers.filter(({ user, halted }) => !user && !halted).map(({ rip }) => rip))];
  if (addresses.length === 0) return undefined;
  try {
    const other = await sibling();
    try {
      const found: string[] = [];
      for (const address of addresses) {
        // Both are hexadecimal digits of one length: compared as text they compare as numbers.
        const nearest = '$1 <= address && $1 > best { best = $1; line = $0 } END { print line }';
        const argv = ['awk', '-v', `address=${address.toString(16)}x`, nearest, '/proc/kallsyms'];
        found.push((await other.request('run', { argv }, { withinMs: 60_000 })).stdout.trim());
      }
      return parseKallsyms([...new Set(found)].sort().join('\n'));
    } finally {
      await other.end();
    }
  } catch {
    return undefined;
  }
}
