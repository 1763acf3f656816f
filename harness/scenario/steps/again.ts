// SPDX-License-Identifier: GPL-2.0-only
// again: what the threads get that touch their pages over and over (`again: true` of their processes), in a round that begins now.

import { z } from 'zod';
import type { Replies } from '../../guest/protocol.ts';
import { InfraError } from '../../host/errors.ts';
import { describeExpectation, describeSignal, meets, signalExpectation } from '../expect-signal.ts';
import { contentOf, seedWords } from '../file-content.ts';
import { mappingPagesKey, processesKey } from '../keys.ts';
import type { ScenarioProcess } from '../layout.ts';
import { stepKind } from '../step.ts';
import type { StepContext } from '../step-context.ts';
import { ranges } from './mappings.ts';

const schema = z
  .strictObject({
    processes: processesKey.describe('A group of processes with `again: true`'),
    expect: z
      .union([z.literal('data'), z.strictObject(signalExpectation)])
      .prefault('data')
      .describe('The data as written, or a signal at each page'),
    pages: mappingPagesKey.optional().describe('With a signal: only at these pages of the mapping, data at all others'),
  })
  .refine(({ expect, pages }) => pages === undefined || expect !== 'data', { error: '`pages` goes with a signal' });

type Again = z.output<typeof schema>;

export const again = stepKind({
  key: 'again',
  title: 'What processes that touch their pages over and over get, once all around',
  example: 'again: {processes: readers, expect: {code: BUS_ADRERR}}',
  acts: false,
  schema,
  names: ({ processes }) => ({ processes: [processes] }),
  label: ({ processes, expect, pages }) =>
    `${processes}: ${expect === 'data' ? 'data' : expect.code}${pages === undefined ? '' : ` at ${ranges(pages)}`}`,
  async run(args, context) {
    const { processes, expect, pages } = args;
    const where = pages === undefined ? 'every page' : `page ${ranges(pages)}`;
    const wanted = `each process of ${processes} gets ${expect === 'data' ? 'data as written' : `${describeExpectation(expect)} at ${where}`}`;
    let total = 0;
    for (const process of context.processesOf(processes)) {
      if (process.mapping === undefined) throw new InfraError(`${process.name} maps nothing that it could touch`);
      const round = await context.guest.request('round', { process: process.name });
      const wrong = wrongIn(round, args, process, context);
      if (wrong !== undefined) return { ok: false, wanted, seen: `${process.name}: ${wrong}` };
      total += round.seeds.length;
    }
    return { ok: true, seen: `${total} pages touched` };
  },
});

/** The first page that got something else than it should. */
function wrongIn(
  { seeds, hits }: Replies['round'],
  { expect, pages }: Again,
  { mapping, copies }: ScenarioProcess,
  context: StepContext,
): string | undefined {
  const content = context.files.get(mapping?.file ?? '') ?? contentOf([]);
  for (const [page, seed] of seeds.entries()) {
    const hit = hits.find((one) => one.page === page);
    const isHit = expect !== 'data' && (pages === undefined || pages.includes(page));
    if (isHit && hit === undefined) return `no signal at page ${page}`;
    if (hit !== undefined && !(isHit && meets(expect, hit, BigInt(hit.touching)))) return describeSignal(hit);
    const expected = copies.get(page) ?? content.seeds[(mapping?.page ?? 0) + page] ?? 0;
    if (hit === undefined && expected !== 0 && seed !== expected)
      return `page ${page} holds ${seed === null ? 'something else' : seedWords(seed)} instead of ${seedWords(expected)}`;
  }
  return undefined;
}
