// SPDX-License-Identifier: GPL-2.0-only
// What can be seen of a page in a guest, in a few words: for the tables of docs/poison-routes.md and docs/cxl.md.

import { physicalOf, vcpus } from '../harness/machine/vcpu.ts';
import { directMapped } from '../harness/poison/direct-map.ts';
import { codeName, signalName, type SeenSignal } from '../harness/scenario/expect-signal.ts';
import type { StepContext } from '../harness/scenario/step-context.ts';
import { parseBadblocks } from '../harness/scenario/steps/badblocks.ts';

/** memory_failure() and the bad block may come from a kworker: waits until nothing new has come for a second. */
export async function settled(cell: StepContext): Promise<void> {
  for (let seen = -1; seen !== cell.guest.log.length + cell.guest.signals.length;) {
    seen = cell.guest.log.length + cell.guest.signals.length;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await cell.guest.request('ping', {});
  }
}

export function signalsOf(cell: StepContext, process: string): string {
  const seen = cell.guest.signals
    .slice()
    .filter((signal) => signal.process === process)
    .map(short);
  return seen.length === 0 ? '-' : [...new Set(seen)].join('; ');
}

export function short({ signo, code, addr, lsb }: SeenSignal): string {
  const name = codeName(signo, code);
  const offset = BigInt(addr) % 4096n === 0n ? 'page' : 'exact';
  return `${signalName(signo) === 'SIGBUS' ? '' : `${signalName(signo)} `}${name.replace('BUS_', '')}, ${offset}${name.startsWith('BUS_MCEERR') ? `, lsb ${lsb}` : ''}`;
}

/** Whether the kernel has the page in its own map of memory; a CPU in user mode does not see that map, an idle one does. */
export async function inDirectMap({ guest }: StepContext, physical: number): Promise<string> {
  const address = await directMapped(guest, physical);
  for (let look = 0; look < 20; look++) {
    for (const { index } of await vcpus(guest.qemu)) {
      if ((await physicalOf(guest.qemu, address, index)) === physical) return 'present';
    }
  }
  return 'not present';
}

/** Whether a page is in the page table of a process. */
export async function isMapped({ guest }: StepContext, process: string, page: number): Promise<boolean> {
  const { present } = await guest.request('pagemap', { process });
  return present.some((run) => run.page <= page && page < run.page + run.count);
}

export async function badSectors(cell: StepContext): Promise<string> {
  const { data } = await cell.guest.request('read', { path: '/sys/block/pmem0/badblocks' });
  return String(parseBadblocks(data).length);
}

export function call({ result, error }: { result: number; error?: string }): string {
  return result < 0 ? (error ?? '?') : String(result);
}
