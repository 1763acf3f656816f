// SPDX-License-Identifier: GPL-2.0-only
// msync: msync(2) with MS_SYNC by the processes that map the pages.

import { z } from 'zod';
import { callReport, resultWords } from '../call.ts';
import { mappingPageKey, pagesKey, pageWords, processesKey, returnsKey } from '../keys.ts';
import { stepKind } from '../step.ts';

const schema = z.strictObject({
  processes: processesKey.describe('Group whose processes sync the pages, one after the other'),
  page: mappingPageKey.prefault(0),
  pages: pagesKey.prefault(1),
  returns: returnsKey,
});

export const msync = stepKind({
  key: 'msync',
  title: 'Sync mapped pages with msync(2)',
  example: 'msync: {processes: mapper, page: 3, returns: EIO}',
  acts: false,
  schema,
  names: ({ processes }) => ({ processes: [processes] }),
  label: ({ processes, page, pages, returns }) => `${pageWords(page, pages)} of ${processes}: ${resultWords(returns)}`,
  async run({ processes, page, pages, returns }, context) {
    const seen: string[] = [];
    for (const { name } of context.processesOf(processes)) {
      const reply = await context.guest.request('msync', { process: name, page, pages });
      const report = callReport(`msync of ${pageWords(page, pages)} by ${name}`, reply, returns);
      if (!report.ok) return report;
      seen.push(`${name}: ${report.seen}`);
    }
    return { ok: true, seen: seen.join('; ') };
  },
});
