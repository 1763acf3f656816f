// SPDX-License-Identifier: GPL-2.0-only
// Before a guest that hangs is ended it is asked why: the agent first; if even that does not answer, the kernel through
// its serial console (sysrq), and the CPUs through QEMU.

import { setTimeout as sleep } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import type { Guest } from '../guest/guest.ts';
import { diagnoseHang, type HangReport, type HangSample } from '../verdict/hang.ts';
import { renderHang } from '../verdict/hang-text.ts';
import { kmsgLines, readConsole } from '../verdict/log-line.ts';

/** Looks at the guest, a little apart: a loop is what all of them have in common. */
const looks = 3;
const betweenMs = 300;
/** One look may take this long, before the slowdown. Milliseconds. */
const lookMs = 5000;

/** Asks a guest that hangs in `what` why it does. `pids`: the processes that should have ended. */
export async function askWhy(
  guest: Guest,
  what: string,
  pids: number[],
  slowdown: number,
): Promise<{ report: HangReport; text: string }> {
  const samples: HangSample[] = [];
  try {
    for (let look = 0; look < looks; look++) {
      if (look > 0) await sleep(betweenMs);
      const from = guest.log.length;
      const { tasks } = await guest.request('diagnose', { pids }, { withinMs: lookMs * slowdown });
      samples.push({ tasks, lines: guest.log.slice(from).flatMap(kmsgLines) });
    }
  } catch {
    if (guest.qemu.exit === undefined && samples.length === 0) samples.push(...(await askConsole(guest)));
  }
  const registers = guest.qemu.exit === undefined ? await askQemu(guest) : '';
  const report = diagnoseHang({ what, stuck: pids, samples });
  return { report, text: `${renderHang(report)}\n${registers}`.trimEnd() + '\n' };
}

/** sysrq l and w by a break on the serial line, which the kernel serves in an interrupt. */
async function askConsole(guest: Guest): Promise<HangSample[]> {
  const before = readFileSync(guest.console, 'utf8').length;
  const socket = await guest.qemu.connect('console');
  try {
    for (const key of ['l', 'w']) {
      await guest.qemu.qmp.execute('chardev-send-break', { id: 'console' });
      await sleep(100);
      socket.write(key);
      await sleep(1500);
    }
  } finally {
    socket.destroy();
  }
  return [{ tasks: [], lines: readConsole(readFileSync(guest.console, 'utf8').slice(before)) }];
}

/** Where each CPU is, as QEMU sees it. */
async function askQemu(guest: Guest): Promise<string> {
  try {
    const cpus = (await guest.qemu.qmp.execute('query-cpus-fast')) as { 'cpu-index': number }[];
    const texts: string[] = [];
    for (const { 'cpu-index': cpu } of cpus) {
      texts.push(`CPU ${cpu}, registers as QEMU sees them:\n${await guest.qemu.qmp.monitor('info registers', cpu)}`);
    }
    return texts.join('\n');
  } catch {
    return '';
  }
}
