// SPDX-License-Identifier: GPL-2.0-only
// Machine checks through QEMU's monitor, as the CPU would raise them: action required, on the CPU that loads from the
// page in user mode (arch/x86/kernel/cpu/mce/core.c:do_machine_check, kill_me_maybe), or action optional, as the memory
// scrubber's (uc_decode_notifier). The nfit driver is notified of both and adds a bad block (drivers/acpi/nfit/mce.c).

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { pageShift } from '../host/page.ts';
import type { BoundGuest } from '../guest/live-guest.ts';
import { isIdle, physicalOf, vcpuState } from '../machine/vcpu.ts';
import type { MachineCheck } from './machine-check.ts';
import { raiseTogether, raiseWhenRight } from './mce-gate.ts';
import { mappedAt } from './mapped-at.ts';
import { routeWithOptions, type Injection, type Mapper, type PoisonTarget } from './route.ts';

const lineLsb = 6;

const options = {
  kind: z
    .enum(['srar', 'srao', 'fatal'])
    .describe(
      'srar: consumed by a process of `processes`, action required; srao: found by the scrubber, action optional; fatal: what a CPU was doing is lost',
    ),
  'no-address': z
    .boolean()
    .prefault(false)
    .describe('The machine check has no physical address: the kernel cannot know which page is bad'),
  broadcast: z
    .boolean()
    .prefault(false)
    .describe('Every CPU gets the machine check, not only the one that met the error'),
  also: z
    .string()
    .optional()
    .describe(
      'With srar: group whose first process loads from the same page of its mapping on another CPU; both CPUs get the machine check at the same time',
    ),
  offset: z
    .int()
    .min(0)
    .max(4095)
    .optional()
    .describe('Byte of the page that the machine check names; the whole page by default'),
  lsb: z
    .int()
    .min(0)
    .max(12)
    .optional()
    .describe('With `offset`: least significant valid bit of the address; 6, a cache line, by default'),
};

export const mce = routeWithOptions({
  name: 'mce',
  title: 'machine check through QEMU: action required in user mode, or action optional',
  modules: [],
  options,
  throughProcess: false,
  groups: ({ also }) => (also === undefined ? [] : [also]),
  missing({ machine, accelerator }) {
    return accelerator === 'tcg' && !machine.cpu.includes('vendor=GenuineIntel')
      ? `the CPU of machine ${machine.name} is not from Intel, and for others QEMU has no recoverable machine check`
      : undefined;
  },
  async inject(guest, target, { kind, also, offset, lsb = lineLsb, broadcast, 'no-address': hasNoAddress }) {
    const place =
      offset === undefined ? { address: target.physical, lsb: pageShift } : { address: target.physical + offset, lsb };
    const check: MachineCheck = { kind, ...place, hasNoAddress, isBroadcast: broadcast };
    return kind === 'srar' ? consumed(guest, target, check, also) : scrubbed(guest, check);
  },
});

/** Action optional: any CPU that is idle or in user mode. */
async function scrubbed(guest: BoundGuest, check: MachineCheck): Promise<Injection> {
  const isRight = async (cpu: number): Promise<boolean> => {
    const state = await vcpuState(guest.qemu, cpu);
    return state.cpl === 3 || (await isIdle(guest.qemu, state, cpu));
  };
  const cpu = await raiseWhenRight(guest, check, isRight, () => guest.deadline.isOver);
  return cpu === undefined
    ? { error: 'no machine check: no CPU was idle or in user mode', how: words(check) }
    : { how: `${words(check)} on CPU ${cpu}` };
}

/**
 * Action required: on the CPU that runs the process in user mode, where its page is the one to be poisoned; on the CPU that runs `also` in the
 * same way too.
 */
async function consumed(
  guest: BoundGuest,
  target: PoisonTarget,
  check: MachineCheck,
  also: string | undefined,
): Promise<Injection> {
  if (target.process === undefined)
    return { error: 'srar needs `processes`: a group that maps the page', how: words(check) };
  const { name, page } = target.process;
  // Half of the time to raise it, the rest for the kernel to handle it.
  const toRaise = guest.deadline.part(1 / 2);
  const loaders = await Promise.all(
    [name, ...(also === undefined ? [] : [`${also}/1`])].map((process) => startLoading(guest, { name: process, page })),
  );
  await Promise.race([
    Promise.all(loaders.map(({ begun }) => begun)),
    ...loaders.map(({ spin }) => spin),
    sleep(toRaise.remainingMs, undefined, { ref: false }),
  ]);
  const contexts = loaders.map(({ virtual }) => async (cpu: number): Promise<boolean> => {
    const isUser = (await vcpuState(guest.qemu, cpu)).cpl === 3;
    return isUser && (await physicalOf(guest.qemu, virtual, cpu)) === target.physical;
  });
  const isLate = (): boolean => loaders.some(({ isOver }) => isOver()) || toRaise.isOver;
  const cpus = await raiseTogether(guest, check, contexts, isLate);
  if (cpus !== undefined) {
    // The signal from the kernel ends the loop. If none comes, the scenario's expectations show it.
    const all = Promise.all(loaders.map(({ spin }) => spin));
    await Promise.race([all, sleep(guest.deadline.part(1 / 2).remainingMs, undefined, { ref: false })]);
  }
  for (const loader of loaders) await guest.request('stop', { process: loader.name });
  const hits = await Promise.all(loaders.map(async (loader) => ({ name: loader.name, hit: (await loader.spin).hit })));
  const ran = loaders.map((loader) => `${loader.name} in user mode at 0x${loader.virtual.toString(16)}`).join(', ');
  if (cpus !== undefined) return { how: `${words(check)} on CPU ${cpus.join(', ')}, which ran ${ran}` };
  const first = hits.find(({ hit }) => hit !== undefined)?.hit;
  const never = `${hits.map((one) => one.name).join(' and ')} was never found loading from the page`;
  const why = first === undefined ? never : `signal ${first.signo} came first`;
  return { error: `no machine check: ${why}`, how: words(check) };
}

/** A process loads from a page, again and again. */
async function startLoading(guest: BoundGuest, mapper: Mapper) {
  const virtual = await mappedAt(guest, mapper);
  const { name, page } = mapper;
  let begin: (() => void) | undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  let over = false;
  const spin = guest.request('spin', { process: name, page }, { onStarted: () => begin?.() }).finally(() => {
    over = true;
  });
  spin.catch(() => undefined);
  return { name, virtual, begun, spin, isOver: () => over };
}

function words({ kind, address, lsb, hasNoAddress, isBroadcast }: MachineCheck): string {
  const where =
    hasNoAddress === true
      ? 'without a physical address'
      : `for ${lsb === pageShift ? 'page' : 'the line at'} 0x${address.toString(16)}`;
  return `${kind.toUpperCase()} machine check ${where}${isBroadcast === true ? ', to all CPUs' : ''}`;
}
