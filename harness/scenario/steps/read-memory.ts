// SPDX-License-Identifier: GPL-2.0-only
// read-memory: reads pages that a process maps through its /proc/PID/mem, as debuggers do: the kernel loads from them for another process.

import { z } from 'zod';
import { InfraError } from '../../host/errors.ts';
import { pageBytes } from '../../host/page.ts';
import { contentOf, seedWords } from '../file-content.ts';
import { ioResult, ioReturns, isResult, resultWords, seenWords } from '../file-io.ts';
import { mappingPageKey, pagesKey, pageWords, processesKey } from '../keys.ts';
import { stepKind } from '../step.ts';

const schema = z.strictObject({
  processes: processesKey.describe('Group whose first process maps the pages'),
  page: mappingPageKey.prefault(0),
  pages: pagesKey.max(512).prefault(1),
  returns: ioReturns,
});

export const readMemory = stepKind({
  key: 'read-memory',
  title: 'Read pages that a process maps through its /proc/PID/mem, which must return this, and data as written',
  example: 'read-memory: {processes: mapper, page: 3, returns: EIO}',
  acts: false,
  schema,
  names: ({ processes }) => ({ processes: [processes] }),
  label: ({ processes, page, pages, returns }) => `${pageWords(page, pages)} of ${processes}: ${resultWords(returns)}`,
  async run({ processes, page, pages, returns }, context) {
    const [process] = context.processesOf(processes);
    const mapping = process?.mapping;
    if (process === undefined || mapping === undefined) throw new InfraError(`${processes} maps nothing`);
    const length = pages * pageBytes;
    const args = { process: process.name, page, pages, filePage: mapping.page + page };
    const reply = await context.guest.request('read-memory', args);
    const seen = seenWords(reply, length);
    const wanted = `reading ${pageWords(page, pages)} of the mapping of ${process.name} returns ${resultWords(returns)}${returns === 'all' ? ', as written' : ''}`;
    if (!isResult(ioResult(reply, length), returns)) return { ok: false, wanted, seen };
    const { seeds } = context.files.get(mapping.file) ?? contentOf([]);
    const wrong = (reply.seeds ?? []).flatMap((found, index) => {
      const expected = process.copies.get(page + index) ?? seeds[mapping.page + page + index] ?? 0;
      if (expected === 0 || found === expected) return [];
      return [`page ${page + index} holds ${found === null ? 'something else' : seedWords(found)}`];
    });
    return wrong.length > 0 ? { ok: false, wanted, seen: wrong.join('; ') } : { ok: true, seen };
  },
});
