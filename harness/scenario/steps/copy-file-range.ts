// SPDX-License-Identifier: GPL-2.0-only
// copy-file-range: one copy_file_range(2). The target is expected to hold what the source held.

import { z } from 'zod';
import { pageBytes } from '../../host/page.ts';
import { contentOf, noteWritten, seedOfBytes } from '../file-content.ts';
import { ioResult, isResult, ioReturns, resultWords, seenWords } from '../file-io.ts';
import { fileKey, pageKey, pagesKey, pageWords } from '../keys.ts';
import { stepKind } from '../step.ts';

const schema = z.strictObject({
  file: fileKey.describe('The file that is copied from'),
  page: pageKey.prefault(0),
  pages: pagesKey.prefault(1),
  target: fileKey.describe('The file that is copied to'),
  'target-page': pageKey.optional().describe('Its page; the same page by default'),
  returns: ioReturns,
});

export const copyFileRange = stepKind({
  key: 'copy-file-range',
  title: 'Copy pages from one file to another with copy_file_range(2)',
  example: 'copy-file-range: {file: /mnt/data, page: 3, target: /mnt/copy, returns: EIO}',
  acts: false,
  schema,
  names: ({ file, target }) => ({ files: [file, target] }),
  label: ({ file, page, pages, target, returns }) =>
    `${pageWords(page, pages)} of ${file} to ${target}: ${resultWords(returns)}`,
  async run({ file, page, pages, target, 'target-page': to = page, returns }, { guest, files }) {
    const length = pages * pageBytes;
    const [offset, targetOffset] = [page * pageBytes, to * pageBytes];
    const reply = await guest.request('copy-range', { file, offset, length, target, targetOffset });
    const [source, copy] = [files.get(file) ?? contentOf([]), files.get(target)];
    for (let done = 0; copy !== undefined && done < reply.result; done += pageBytes) {
      const bytes = Math.min(pageBytes, reply.result - done);
      // A pattern that was moved is not that of its new page.
      const seed = to === page ? seedOfBytes(source, page + done / pageBytes, 0, bytes) : 0;
      noteWritten(copy, targetOffset + done, bytes, seed);
    }
    const seen = seenWords(reply, length);
    if (isResult(ioResult(reply, length), returns)) return { ok: true, seen };
    const wanted = `copy_file_range of ${pageWords(page, pages)} of ${file} returns ${resultWords(returns)}`;
    return { ok: false, wanted, seen };
  },
});
