// SPDX-License-Identifier: GPL-2.0-only
// Clocks of guests that boot on a busy host: BOOTS guests, PARALLEL at a time, next to LOOPS busy loops, by turns with and without
// the frequency of the TSC on the command line. Usage: npx tsx bench/loaded-boots.ts [BOOTS [PARALLEL [LOOPS [KERNEL]]]]

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { guestPlan } from '../harness/guest/checkpoints.ts';
import { Guest } from '../harness/guest/guest.ts';
import { requireRightClock, WrongClock } from '../harness/guest/right-clock.ts';
import { measureSlowdown } from '../harness/guest/slowdown.ts';
import { loadMachine } from '../harness/machine/machine.ts';
import { killAll } from '../harness/machine/qemu.ts';
import { makeStateFiles, memoryFiles } from '../harness/machine/state.ts';
import { Environment } from '../harness/run/environment.ts';

const [boots = 40, parallel = 2, loops = 8] = process.argv.slice(2, 5).map(Number);
const kernelSpec = process.argv[5] ?? '6.12';

const { signal } = new AbortController();
const root = mkdtempSync(path.join(os.tmpdir(), 'hazmat-bench-'));
const environment = new Environment({ cells: [], emit: () => undefined, cellFolder: () => root, signal });
const kernel = await environment.kernels.kernel(kernelSpec);
const plan = await environment.bootPlan(kernel, loadMachine('one-nvdimm'));
const busy = Array.from({ length: loops }, () => execa('sh', ['-c', 'while :; do :; done'], { reject: false }));
let next = 0;

async function bootOne(number: number): Promise<string> {
  const told = number % 2 === 0;
  const folder = path.join(root, String(number));
  const files = memoryFiles(folder, plan.machine);
  const started = performance.now();
  let guest: Guest | undefined;
  try {
    mkdirSync(folder);
    await makeStateFiles(files, plan.machine);
    const asked = { ...plan, tscKhz: told ? plan.tscKhz : undefined };
    guest = await Guest.boot(guestPlan(asked), files, path.join(folder, 'console'), signal);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    const { log } = guest;
    const detected = log
      .slice()
      .map(({ text }) => /Detected (\S+) MHz/.exec(text)?.[1])
      .find((mhz) => mhz !== undefined);
    const slowdown = await measureSlowdown(guest);
    const [from, uptime] = [performance.now(), (await guest.request('ping', {})).uptimeMs];
    await sleep(2000);
    const rate = ((await guest.request('ping', {})).uptimeMs - uptime) / (performance.now() - from);
    const kept = await requireRightClock(guest, asked.tscKhz, 'booted').then(
      () => 'kept',
      (error: unknown) => {
        if (error instanceof WrongClock) return `not kept: ${error.message}`;
        throw error;
      },
    );
    const facts = [`${seconds} s`, `${detected ?? '?'} MHz`, `rate ${rate.toFixed(2)}`, `slowdown ${slowdown}`];
    return [told ? 'told' : 'not told', ...facts, kept].join('\t');
  } catch (error) {
    return [told ? 'told' : 'not told', `failed: ${String(error)}`].join('\t');
  } finally {
    await guest?.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function worker(): Promise<void> {
  while (next < boots) {
    const number = next++;
    const line = await bootOne(number);
    const load = (os.loadavg()[0] ?? 0).toFixed(0);
    process.stdout.write(`${number}\tload ${load}\t${line}\n`);
  }
}

try {
  await Promise.all(Array.from({ length: parallel }, worker));
} finally {
  for (const loop of busy) loop.kill('SIGKILL');
  killAll();
  rmSync(root, { recursive: true, force: true });
}
process.exit(0);
