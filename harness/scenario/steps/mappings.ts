// SPDX-License-Identifier: GPL-2.0-only
// mappings: the pages of its mapping that a process has present, from /proc/PID/pagemap.

import { z } from 'zod';
import { mappingPagesKey, processesKey } from '../keys.ts';
import { stepKind } from '../step.ts';

const schema = z.strictObject({
  processes: processesKey,
  expect: z
    .union([z.enum(['none', 'all']), mappingPagesKey])
    .describe('Present pages of the mapping, in every process: none, all, or exactly these'),
});

export const mappings = stepKind({
  key: 'mappings',
  title: 'The pages that the processes of a group have mapped',
  example: 'mappings: {processes: mappers, expect: none}',
  acts: false,
  schema,
  names: ({ processes }) => ({ processes: [processes] }),
  label: ({ processes, expect }) => `${processes}: ${pagesWords(expect)}`,
  async run({ processes, expect }, context) {
    const wanted = `${pagesWords(expect)} present in the mapping of every process of ${processes}`;
    const wrong: string[] = [];
    let total = 0;
    for (const { name } of context.processesOf(processes)) {
      const { pages, present: runs, error } = await context.guest.request('pagemap', { process: name });
      if (error !== undefined) return { ok: false, wanted, seen: `reading the pagemap of ${name} returned ${error}` };
      const present = runs.flatMap(({ page, count }) => Array.from({ length: count }, (_, index) => page + index));
      total += present.length;
      if (isExpected(expect, present, pages)) continue;
      const which = present.length > 0 ? ` (${ranges(present)})` : '';
      wrong.push(`${name} has ${present.length} of ${pages} pages present${which}`);
    }
    return wrong.length === 0
      ? { ok: true, seen: `${total} pages present` }
      : { ok: false, wanted, seen: wrong.join('; ') };
  },
});

type Expected = z.output<typeof schema>['expect'];

function isExpected(expect: Expected, present: readonly number[], pages: number): boolean {
  if (expect === 'none') return present.length === 0;
  return expect === 'all' ? present.length === pages : present.join() === expect.join();
}

function pagesWords(expect: Expected): string {
  if (!Array.isArray(expect)) return `${expect === 'none' ? 'no' : 'all'} pages`;
  return `${expect.length === 1 ? 'page' : 'pages'} ${ranges(expect)}`;
}

/** Page numbers, shortened: `0-3, 7`. */
export function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const number of numbers) {
    const last = parts.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ');
}
