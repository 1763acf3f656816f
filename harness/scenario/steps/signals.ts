// SPDX-License-Identifier: GPL-2.0-only
// signals: the signals that processes got since the scenario began, except those that a touch step ran into.

import { z } from 'zod';
import { groupBy } from '../../host/group-by.ts';
import { mappingPagesKey, processesKey } from '../keys.ts';
import { waitFor } from '../wait-for.ts';
import { describeExpectation, describeSignal, meets, signalExpectation, type SeenSignal } from '../expect-signal.ts';
import { stepKind, type StepReport } from '../step.ts';
import type { StepContext } from '../step-context.ts';

const wantedSignal = z
  .strictObject({
    processes: processesKey,
    ...signalExpectation,
    every: z.boolean().prefault(true).describe('Whether every process of the group must get it, or at least one'),
    pages: mappingPagesKey.optional().describe('Only at these pages of the mapping'),
    count: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Exactly so many to each process that gets it; at least one by default. The kernel queues only one of a kind',
      ),
    'per-page': z.boolean().prefault(false).describe('`count` is at each page of `pages`, 1 by default'),
  })
  .refine((args) => !args['per-page'] || args.pages !== undefined, { error: '`per-page` goes with `pages`' });

type Wanted = z.output<typeof wantedSignal>;

const schema = z.union([
  z.strictObject({ processes: processesKey, expect: z.literal('none').describe('No signal to any process') }),
  wantedSignal,
]);

export const signals = stepKind({
  key: 'signals',
  title: 'The signals that the processes of a group got: this one, and no others',
  example: 'signals: {processes: mappers, code: BUS_MCEERR_AO, address: mapped, lsb: 12}',
  acts: false,
  schema,
  deadlineMs: 5000,
  names: ({ processes }) => ({ processes: [processes] }),
  label: (args) => ('expect' in args ? `none to ${args.processes}` : `${args.code} to ${args.processes}`),
  run: (args, context) => ('expect' in args ? expectNone(args.processes, context) : expectSignal(args, context)),
});

async function expectNone(group: string, context: StepContext): Promise<StepReport> {
  await settle(context, group);
  const hit = signalsTo(group, context);
  if (hit.length === 0) return { ok: true, seen: `no signal to ${group}` };
  return { ok: false, wanted: `no signal to ${group}`, seen: signalWords(hit) };
}

async function expectSignal(args: Wanted, context: StepContext): Promise<StepReport> {
  const { processes: group, every, pages } = args;
  const processes = context.processesOf(group);
  const where = pages === undefined ? '' : ` at page ${pages.join(', ')}`;
  const who = `${every ? 'every process' : 'a process'} of ${group}`;
  const wanted = `${countWords(args)}${describeExpectation(args)} to ${who}${where}, and no other signal`;
  const isWanted = (seen: SeenSignal): boolean =>
    meets(args, seen) && (pages === undefined || (seen.page !== undefined && pages.includes(seen.page)));
  // SIGBUS is not queued: several pages may cause only one. So: at least one signal, and none that is wrong.
  const missing = (): string[] =>
    processes.map(({ name }) => name).filter((name) => !context.signalsOf(name).some(isWanted));
  const enough = (): boolean => (every ? missing().length === 0 : missing().length < processes.length);
  await settle(context, group);
  // memory_failure() may run later, in a kworker.
  const isCounted = args.count !== undefined || args['per-page'];
  const deadline = context.guest.deadline.part(0.9);
  await waitFor(context.guest, deadline, enough);
  // Until nothing more can come, which one look cannot know.
  if (isCounted && enough()) await waitFor(context.guest, deadline, () => false);
  const got = signalsTo(group, context);
  const wrong = got.filter(({ seen }) => !isWanted(seen));
  if (wrong.length > 0) return { ok: false, wanted, seen: signalWords(wrong) };
  if (!enough()) return { ok: false, wanted, seen: `no signal to ${missing().join(', ')}` };
  const miscounted = isCounted ? miscount(args, got) : undefined;
  if (miscounted !== undefined) return { ok: false, wanted, seen: miscounted };
  const [first] = got;
  const example = first === undefined ? '' : describeSignal(first.seen);
  return { ok: true, seen: `${got.length} to ${processes.length} of ${group}: ${example}` };
}

function countWords({ count, 'per-page': perPage }: Wanted): string {
  if (count === undefined && !perPage) return '';
  return `exactly ${count ?? 1} ${perPage ? 'at each page ' : ''}of `;
}

/** The first process that got another number of signals than it should. */
function miscount({ count = 1, 'per-page': perPage, pages = [] }: Wanted, got: readonly Hit[]): string | undefined {
  for (const [name, hits] of groupBy(got, (hit) => hit.name)) {
    for (const page of perPage ? pages : [undefined]) {
      const { length } = hits.filter(({ seen }) => page === undefined || seen.page === page);
      if (length !== count) return `${name} got ${length}${page === undefined ? '' : ` at page ${page}`}`;
    }
  }
  return undefined;
}

interface Hit {
  name: string;
  seen: SeenSignal;
}

function signalsTo(group: string, context: StepContext): Hit[] {
  return context.processesOf(group).flatMap(({ name }) => context.signalsOf(name).map((seen) => ({ name, seen })));
}

/** A process answers after it has handled what was pending: after that, no signal is on its way. */
async function settle(context: StepContext, group: string): Promise<void> {
  for (const { name } of context.processesOf(group)) {
    await context.guest.request('touch', { process: name, page: 0, pages: 0, how: 'load', seed: 0 });
  }
}

function signalWords(hits: readonly Hit[]): string {
  const shown = hits.slice(0, 4).map(({ name, seen }) => `${name}: ${describeSignal(seen)}`);
  const more = hits.length - shown.length;
  return more > 0 ? `${shown.join('; ')}; and ${more} more` : shown.join('; ');
}
