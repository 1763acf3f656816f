// SPDX-License-Identifier: GPL-2.0-only
// Injects again and again by one route, and says how many times the kernel did what was asked, and how long each took.
// In one guest, the page written over in between (which is its recovery), or each in a fork of its own.
//   npx tsx bench/poison-routes.ts [--times 100] [--forks] [--kernel 6.12]... [--scenario poison/mce-srar] [TRIAL]...
// The scenario brings machine, stack and the processes victim, early and late; poison/consume-anywhere has the plugin.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Checkpoint } from '../harness/guest/checkpoints.ts';
import { GuestDied } from '../harness/guest/guest-errors.ts';
import { bindGuest } from '../harness/guest/bound-guest.ts';
import { Deadline } from '../harness/guest/deadline.ts';
import type { Guest } from '../harness/guest/guest.ts';
import type { BoundGuest } from '../harness/guest/live-guest.ts';
import type { Hit } from '../harness/guest/protocol.ts';
import { mappedAt } from '../harness/poison/mapped-at.ts';
import { poisonRoutes } from '../harness/poison/routes.ts';
import type { PoisonTarget } from '../harness/poison/route.ts';
import { dataStart, placeOfPage } from '../harness/poison/target.ts';
import { findScenarios } from '../harness/scenario/load.ts';
import { planCells, planGuest, type GuestNeeds } from '../harness/scenario/plan.ts';
import { Environment } from '../harness/run/environment.ts';
import { summary } from './statistics.ts';

const file = '/mnt/data';
const pages = 8;
const limitMs = 60_000;
const within = { withinMs: limitMs };
const codes = { AR: 4, AO: 5 };

interface Trial {
  route: string;
  options?: Record<string, unknown>;
  /** Leaves nothing that a write could recover: a fork each time. */
  forks?: boolean;
  /** After the injection: whether the kernel did what was asked. Undefined: yes; otherwise what it did instead. */
  outcome: (guest: BoundGuest, target: PoisonTarget, page: number) => Promise<string | undefined>;
}

const trials: Record<string, Trial> = {
  badblocks: { route: 'badblocks', outcome: refused },
  ars: { route: 'ars', options: { notification: true }, outcome: refused },
  'mce-srar': {
    route: 'mce',
    options: { kind: 'srar' },
    outcome: (guest, target) => signaled(guest, target, 'victim', 'AR'),
  },
  'mce-srao': {
    route: 'mce',
    options: { kind: 'srao' },
    outcome: (guest, target) => signaled(guest, target, 'early', 'AO'),
  },
  'consume-load': { route: 'consume', outcome: loaded },
  'consume-read': { route: 'consume', outcome: readShort },
  madvise: { route: 'madvise', forks: true, outcome: (guest, target) => signaled(guest, target, 'victim', 'AR') },
  hwpoison: { route: 'hwpoison', forks: true, outcome: (guest, target) => signaled(guest, target, 'early', 'AO') },
};

/** The first signal to a process of the group, since the last injection. */
async function signaled(
  guest: BoundGuest,
  { mappers }: PoisonTarget,
  group: string,
  code: keyof typeof codes,
): Promise<string | undefined> {
  const mapper = mappers.find(({ name }) => name.startsWith(`${group}/`));
  if (mapper === undefined) throw new Error(`no ${group}`);
  const end = performance.now() + 5000;
  for (;;) {
    const seen = guest.signals.slice().find(({ process }) => process === mapper.name);
    if (seen !== undefined) return wrong(seen, await mappedAt(guest, mapper), code);
    if (performance.now() > end) return 'no signal';
    await sleep(2);
  }
}

async function loaded(guest: BoundGuest, { mappers }: PoisonTarget): Promise<string | undefined> {
  const victim = mappers.find(({ name }) => name.startsWith('victim/'));
  if (victim === undefined) throw new Error('no victim');
  const touch = { process: victim.name, page: victim.page, pages: 1, how: 'load', seed: 0 } as const;
  const { hit } = await guest.request('touch', touch, within);
  return hit === undefined ? 'no signal' : wrong(hit, await mappedAt(guest, victim), 'AR');
}

/** A read of the page fails. */
async function refused(guest: BoundGuest, _target: PoisonTarget, page: number): Promise<string | undefined> {
  const { error, result } = await guest.request('pread', { file, offset: page * 4096, length: 4096 }, within);
  return error === 'EIO' ? undefined : `read gave ${error ?? result}, not EIO`;
}

async function readShort(guest: BoundGuest, _target: PoisonTarget, page: number): Promise<string | undefined> {
  const reply = await guest.request('pread', { file, offset: 0, length: pages * 4096 }, within);
  const wanted = page === 0 ? 'EFAULT' : String(page * 4096);
  const gave = reply.error ?? String(reply.result);
  return gave === wanted ? undefined : `read gave ${gave}, not ${wanted}`;
}

function wrong({ signo, code, addr, lsb }: Hit, address: bigint, wanted: keyof typeof codes): string | undefined {
  if (signo === os.constants.signals.SIGBUS && code === codes[wanted] && BigInt(addr) === address && lsb === 12)
    return undefined;
  return `signal ${signo} code ${code} at ${addr} lsb ${lsb}`;
}

async function targetOf(
  guest: BoundGuest,
  checkpoint: Checkpoint,
  { stack, layout }: GuestNeeds,
  page: number,
): Promise<PoisonTarget> {
  const base = await placeOfPage(guest, stack, file, page);
  const mappers = [...layout.groups.values()].flat().map(({ name }) => ({ name, page }));
  const physical = dataStart(checkpoint.facts, base.device) + base.offset;
  const process = mappers.find(({ name }) => name.startsWith('victim/'));
  return { base, length: 4096, physical, process, mappers, described: `page ${page}` };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: 'string', default: '100' },
    forks: { type: 'boolean', default: false },
    scenario: { type: 'string', default: 'poison/mce-srar' },
    kernel: { type: 'string', multiple: true, default: ['6.12'] },
  },
});
const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-bench-'));
const signal = new AbortController().signal;
for (const spec of values.kernel) {
  const [cell] = planCells(findScenarios([values.scenario]), [spec], 1);
  if (cell === undefined) throw new Error('no such scenario');
  const environment = new Environment({ cells: [cell], emit: () => undefined, cellFolder: () => folder, signal });
  const kernel = await environment.kernels.kernel(spec);
  const { checkpoint } = await environment.checkpointAt(cell, kernel, 'processes');
  const needs = planGuest(cell.of, kernel.version);
  for (const name of positionals.length > 0 ? positionals : Object.keys(trials)) {
    const trial = trials[name];
    const route = poisonRoutes.find((one) => one.name === trial?.route);
    if (trial === undefined || route === undefined)
      throw new Error(`no ${name}; there are ${Object.keys(trials).join(', ')}`);
    const figures: number[] = [];
    const failures = new Map<string, number>();
    let [badblocks, recovered, deaths] = [0, 0, 0];
    let guest: Guest | undefined;
    for (let index = 0; index < Number(values.times); index++) {
      guest ??= await environment.checkpoints.fork(checkpoint, path.join(folder, 'console.log'));
      const page = index % pages;
      const note = (what: string): void => void failures.set(what, (failures.get(what) ?? 0) + 1);
      try {
        const target = await targetOf(bindGuest(guest, new Deadline(limitMs)), checkpoint, needs, page);
        // Every mapper has the page, whatever the injection before did.
        for (const process of target.mappers.map((mapper) => mapper.name)) {
          await guest.request('touch', { process, page, pages: 1, how: 'load', seed: 0 }, within);
        }
        guest.signals.clear();
        guest.log.clear();
        const started = performance.now();
        const { error } = await route.inject(bindGuest(guest, new Deadline(limitMs)), target, trial.options ?? {});
        const bad = error ?? (await trial.outcome(bindGuest(guest, new Deadline(limitMs)), target, page));
        figures.push(performance.now() - started);
        if (bad !== undefined) note(bad);
        const list = { path: `/sys/block/${target.base.device}/badblocks` };
        const noted = `${target.base.offset / 512} 8`;
        for (let look = 0; look < 100 && !trial.forks; look++) {
          if (!(await guest.request('read', list, within)).data.includes(noted)) {
            await sleep(10);
            continue;
          }
          badblocks++;
          break;
        }
        if (guest.log.slice().some(({ text }) => text.includes('recovery action for dax page: Recovered'))) recovered++;
        if (values.forks || trial.forks) {
          await guest.end();
          guest = undefined;
          continue;
        }
        const write = { file, offset: page * 4096, length: 4096, seed: 1 };
        const { result } = await guest.request('pwrite', write, within);
        if (result !== 4096) note('the page could not be written over');
      } catch (error) {
        if (!(error instanceof GuestDied)) throw error;
        deaths++;
        note('the guest died');
        guest = undefined;
      }
    }
    await guest?.end();
    const good = Number(values.times) - [...failures.values()].reduce((sum, count) => sum + count, 0);
    const rest = [...failures].map(([what, count]) => `${count}: ${what}`).join('; ');
    console.log(
      `${name} on ${kernel.version}, ${cell.of.machine.name}, ${checkpoint.plan.accelerator}: ${good} of ${values.times} as asked; ${summary(figures)} ms; ` +
        `badblock ${badblocks}, "Recovered" ${recovered}, guests lost ${deaths}${rest === '' ? '' : `; ${rest}`}`,
    );
  }
}
rmSync(folder, { recursive: true });
process.exit(0);
