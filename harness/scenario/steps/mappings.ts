// SPDX-License-Identifier: GPL-2.0-only
// mappings: which pages of its mapping a process has present, from /proc/PID/pagemap.

import { z } from 'zod';
import { stepKind } from '../step.ts';

const schema = z.strictObject({
  of: z.string().describe('A group of processes'),
  present: z
    .union([z.enum(['none', 'all']), z.array(z.int().min(0))])
    .describe('none, all, or just these pages of the mapping, by index'),
});

export const mappings = stepKind({
  key: 'mappings',
  title: 'Which pages the processes of a group still have mapped',
  example: 'mappings: {of: mappers, present: none}',
  acts: false,
  schema,
  names: ({ of }) => ({ processes: [of] }),
  label: ({ of, present }) => `${of}: ${Array.isArray(present) ? present.join(', ') : present}`,
  async run({ of, present }, context) {
    const wanted = `${Array.isArray(present) ? `pages ${present.join(', ')}` : present} of the mapping present in every process of ${of}`;
    const wrong: string[] = [];
    let total = 0;
    for (const { name } of context.processesOf(of)) {
      const { pages, error } = await context.guest.request('pagemap', { process: name });
      if (error !== undefined) return { ok: false, wanted, seen: `${name}: pagemap: ${error}` };
      const there = pages.flatMap((page, index) => (page.present ? [index] : []));
      total += there.length;
      const right =
        present === 'none'
          ? there.length === 0
          : present === 'all'
            ? there.length === pages.length
            : there.join() === present.join();
      if (!right)
        wrong.push(
          `${name} has ${there.length} of ${pages.length} pages present${there.length > 0 ? ` (${ranges(there)})` : ''}`,
        );
    }
    return wrong.length === 0
      ? { ok: true, seen: `${total} pages present` }
      : { ok: false, wanted, seen: wrong.join('; ') };
  },
});

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
