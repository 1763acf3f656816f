// SPDX-License-Identifier: GPL-2.0-only
// touch: a process loads from or caches to pages that it maps, and what comes of it: data, or a signal.

import { z } from 'zod';
import { describeExpectation, describeSignal, meets, signalExpectation } from '../expect-signal.ts';
import { stepKind } from '../step.ts';

const schema = z.strictObject({
  by: z.string().describe('A group of processes; each touches, one after the other'),
  page: z.int().min(0).prefault(0).describe('First page of the mapping, by index'),
  pages: z.int().min(1).prefault(1).describe('How many pages'),
  how: z.enum(['load', 'store']).prefault('load').describe('Load from the page, or store the whole page anew'),
  thread: z.boolean().prefault(false).describe('A thread of the process does it, which is not its leader'),
  gives: z
    .union([z.literal('data'), z.strictObject(signalExpectation)])
    .prefault('data')
    .describe('What was written, or a signal at the first page'),
});

export const touch = stepKind({
  key: 'touch',
  title: 'Touch mapped pages',
  example: 'touch: {by: reader, page: 3, gives: {code: BUS_MCEERR_AR, address: exact, lsb: 12}}',
  acts: false,
  schema,
  names: ({ by }) => ({ processes: [by] }),
  label: ({ by, how, page, pages, thread, gives }) =>
    `${thread ? 'a thread of ' : ''}${by} ${how}s page ${pages === 1 ? page : `${page}-${page + pages - 1}`}: ${gives === 'data' ? 'data' : gives.code}`,
  async run({ by, page, pages, how, thread, gives }, context) {
    const seen: string[] = [];
    for (const process of context.processesOf(by)) {
      const wanted = `${process.name} ${how}s page ${page}: ${gives === 'data' ? 'data as written' : describeExpectation(gives)}`;
      if (process.map === undefined) return { ok: false, wanted, seen: `${process.name} maps nothing` };
      const file = context.files.get(process.map.file);
      const first = process.map.page + page;
      const expected = (index: number): number | undefined => process.privateSeed ?? file?.seeds[first + index];
      const seed = how === 'store' ? (process.privateSeed ?? context.takeSeed()) : 0;
      const reply = await context.guest.request('touch', { process: process.name, page, pages, how, seed, thread });
      if (reply.hit !== undefined) context.answerFor(process.name);
      if (how === 'store' && process.privateSeed === undefined) {
        for (let index = 0; index < reply.touched; index++) if (file !== undefined) file.seeds[first + index] = seed;
      }
      if (gives === 'data') {
        if (reply.hit !== undefined) return { ok: false, wanted, seen: describeSignal(reply.hit) };
        if (how === 'load') {
          const wrong = reply.seeds.findIndex((found, index) => expected(index) !== 0 && found !== expected(index));
          if (wrong >= 0) {
            const found = reply.seeds[wrong];
            const holds = found === null || found === undefined ? 'something else' : `pattern ${found}`;
            return {
              ok: false,
              wanted,
              seen: `page ${page + wrong} holds ${holds}, not pattern ${expected(wrong) ?? '?'}`,
            };
          }
        }
        seen.push(`${process.name}: ${reply.touched} pages`);
      } else {
        if (reply.hit === undefined) return { ok: false, wanted, seen: `${process.name} got no signal` };
        if (!meets(gives, reply.hit, BigInt(reply.hit.touching))) {
          return { ok: false, wanted, seen: `${process.name}: ${describeSignal(reply.hit)}` };
        }
        seen.push(`${process.name}: ${describeSignal(reply.hit)}`);
      }
    }
    return { ok: true, seen: seen.join('; ') };
  },
});
