// SPDX-License-Identifier: GPL-2.0-only
// signals: what hit the processes since the scenario began (what a touch ran into is the touch's own business).

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Cell } from '../step-context.ts';
import { describeExpectation, describeSignal, meets, signalExpectation } from '../expect-signal.ts';
import { stepKind } from '../step.ts';

const schema = z.union([
  z.strictObject({
    to: z.string().describe('A group of processes'),
    none: z.literal(true).describe('That no signal came'),
  }),
  z.strictObject({
    to: z.string().describe('A group of processes'),
    ...signalExpectation,
    every: z.boolean().prefault(true).describe('Every process of the group, or at least one'),
    pages: z.array(z.int().min(0)).optional().describe('Only these pages of the mapping, by index'),
  }),
]);

export const signals = stepKind({
  key: 'signals',
  title: 'Which signals the processes of a group got, and that they got no others',
  example: 'signals: {to: mappers, code: BUS_MCEERR_AO, address: mapped, lsb: 12}',
  acts: false,
  schema,
  withinMs: 500,
  names: ({ to }) => ({ processes: [to] }),
  label: (args) => ('none' in args ? `none to ${args.to}` : `${args.code} to ${args.to}`),
  async run(args, cell) {
    const processes = cell.processesOf(args.to);
    if ('none' in args) {
      await settle(cell, args.to);
      const hit = processes.flatMap(({ name }) =>
        cell.signalsOf(name).map((seen) => `${name}: ${describeSignal(seen)}`),
      );
      if (hit.length === 0) return { ok: true, seen: `no signal to ${args.to}` };
      return { ok: false, wanted: `no signal to ${args.to}`, seen: some(hit) };
    }
    const wanted = `${describeExpectation(args)} to ${args.every ? 'every process' : 'a process'} of ${args.to}${
      args.pages === undefined ? '' : ` at page ${args.pages.join(', ')}`
    }, and nothing else`;
    const isWanted = (seen: Parameters<typeof meets>[1]): boolean =>
      meets(args, seen) && (args.pages === undefined || (seen.page !== undefined && args.pages.includes(seen.page)));
    // SIGBUS is not queued: several pages may give one signal only. So: at least one, and none that is wrong.
    const missing = (): string[] =>
      processes.map(({ name }) => name).filter((name) => !cell.signalsOf(name).some(isWanted));
    await settle(cell, args.to);
    const enough = (): boolean => (args.every ? missing().length === 0 : missing().length < processes.length);
    // memory_failure() may run later, in a kworker.
    while (!enough() && cell.remainingMs > 100) await sleep(20);
    const wrong = processes.flatMap(({ name }) =>
      cell
        .signalsOf(name)
        .filter((seen) => !isWanted(seen))
        .map((seen) => `${name}: ${describeSignal(seen)}`),
    );
    if (wrong.length > 0) return { ok: false, wanted, seen: some(wrong) };
    if (!enough()) return { ok: false, wanted, seen: `no signal to ${missing().join(', ')}` };
    const count = processes.reduce((sum, { name }) => sum + cell.signalsOf(name).length, 0);
    const first = processes.flatMap(({ name }) => cell.signalsOf(name)).at(0);
    return {
      ok: true,
      seen: `${count} to ${processes.length} of ${args.to}: ${first === undefined ? '' : describeSignal(first)}`,
    };
  },
});

/** A process answers only after it has handled what was pending: after that, no signal is under way. */
async function settle(cell: Cell, group: string): Promise<void> {
  for (const { name } of cell.processesOf(group)) {
    await cell.ask('touch', { process: name, page: 0, pages: 0, how: 'load', seed: 0 });
  }
}

function some(lines: string[]): string {
  const shown = lines.slice(0, 4).join('; ');
  return lines.length > 4 ? `${shown}; and ${lines.length - 4} more` : shown;
}
