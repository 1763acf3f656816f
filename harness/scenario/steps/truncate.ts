// SPDX-License-Identifier: GPL-2.0-only
// truncate: ftruncate(2). The file is expected to hold what is left, or zeros where it got longer.

import { z } from 'zod';
import { pageBytes } from '../../host/page.ts';
import { callReport, resultWords } from '../call.ts';
import { noteLength } from '../file-content.ts';
import { fileKey, returnsKey } from '../keys.ts';
import { stepKind } from '../step.ts';

const schema = z
  .strictObject({
    file: fileKey,
    pages: z.int().min(0).optional().describe('The new length in pages'),
    length: z.int().min(0).optional().describe('Instead of `pages`: in bytes'),
    returns: returnsKey,
  })
  .refine(({ pages, length }) => (pages === undefined) !== (length === undefined), {
    error: 'needs either `pages` or `length`',
  });

export const truncate = stepKind({
  key: 'truncate',
  title: 'Set the length of a file',
  example: 'truncate: {file: /mnt/data, pages: 2}',
  acts: false,
  schema,
  names: ({ file }) => ({ files: [file] }),
  label: ({ file, pages, length, returns }) =>
    `${file} to ${pages === undefined ? `${length ?? 0} bytes` : `${pages} pages`}: ${resultWords(returns)}`,
  async run({ file, pages = 0, length = pages * pageBytes, returns }, { guest, files }) {
    const reply = await guest.request('truncate', { file, length });
    const content = files.get(file);
    if (content !== undefined && reply.result === 0) noteLength(content, length);
    return callReport(`ftruncate of ${file} to ${length} bytes`, reply, returns);
  },
});
