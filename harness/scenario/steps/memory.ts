// SPDX-License-Identifier: GPL-2.0-only
// memory: which device the memory lies in that processes have mapped.

import { z } from 'zod';
import { pageBytes } from '../../host/page.ts';
import { deviceAt } from '../../poison/metadata.ts';
import { processesKey } from '../keys.ts';
import { stepKind } from '../step.ts';
import { ranges } from './mappings.ts';

const schema = z.strictObject({
  processes: processesKey,
  expect: z.string().describe('A namespace of the stack, in which all of it must lie; or RAM, which is in none'),
});

const ram = 'RAM';

export const memory = stepKind({
  key: 'memory',
  title: 'Where the memory lies that the processes of a group have mapped: pages that are not present do not count',
  example: 'memory: {processes: owner, expect: dax0.0}',
  acts: false,
  schema,
  names: ({ processes, expect }) => ({ processes: [processes], devices: expect === ram ? [] : [expect] }),
  label: ({ processes, expect }) => `${processes}: ${expect}`,
  async run({ processes, expect }, context) {
    const { facts, guest, stack } = context;
    const wanted = `all memory that ${processes} has mapped is in ${expect}`;
    const elsewhere: string[] = [];
    let total = 0;
    for (const { name, mapping } of context.processesOf(processes)) {
      const wrong = new Map<string, number[]>();
      for (let page = 0; page < (mapping?.pages ?? 0); page++) {
        const { frame = 0, error } = await guest.request('frame', { process: name, page });
        if (error !== undefined) return { ok: false, wanted, seen: `reading the pagemap of ${name} returned ${error}` };
        if (frame === 0) continue;
        total++;
        const found = deviceAt(facts, stack, frame * pageBytes) ?? ram;
        if (found !== expect) wrong.set(found, [...(wrong.get(found) ?? []), page]);
      }
      for (const [device, pages] of wrong) elsewhere.push(`${name} has pages ${ranges(pages)} in ${device}`);
    }
    if (total === 0) return { ok: false, wanted, seen: 'no page is present' };
    return elsewhere.length === 0
      ? { ok: true, seen: `${total} pages in ${expect}` }
      : { ok: false, wanted, seen: elsewhere.join('; ') };
  },
});
