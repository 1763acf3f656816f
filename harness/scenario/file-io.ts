// SPDX-License-Identifier: GPL-2.0-only
// What the steps read and write have in common: a range of a file, and what the call returns.

import { z } from 'zod';
import { pageBytes } from '../host/page.ts';
import { fileKey, pageKey, pagesKey, pageWords } from './keys.ts';

/** A range of a file, in pages or in bytes. */
export const rangeKeys = {
  page: pageKey.optional(),
  pages: pagesKey.optional().describe('Number of pages, with `page`; 1 by default'),
  offset: z.int().min(0).optional().describe('Instead of `page`: offset in bytes'),
  length: z.int().min(1).optional().describe('Number of bytes, with `offset`'),
};

export const ioReturns = z
  .union([z.enum(['all', 'short', 'any']), z.int().min(0), z.string().regex(/^E[A-Z0-9]+$/, 'an errno such as EIO')])
  .prefault('all')
  .describe(
    'What the call should return: all bytes, a number of bytes (a short count), short for any number but all and none, an errno such as EIO, or any where a race decides',
  );

export const ioKeys = {
  file: fileKey,
  ...rangeKeys,
  direct: z.boolean().prefault(false).describe('Open with O_DIRECT'),
  returns: ioReturns,
};

type IoArgs = z.output<z.ZodObject<typeof ioKeys>>;
export type IoResult = IoArgs['returns'];

type Range = Pick<IoArgs, 'page' | 'pages' | 'offset' | 'length'>;

/** A range is either in pages or in bytes. */
export const rangeRefinement: [(range: Range) => boolean, { error: string }] = [
  ({ page, pages, offset, length }) =>
    page === undefined
      ? offset !== undefined && length !== undefined && pages === undefined
      : offset === undefined && length === undefined,
  { error: 'needs `page` (and `pages`), or `offset` and `length`' },
];

/** The range in bytes. */
export function ioRange({ page = 0, pages = 1, offset, length }: Range): { offset: number; length: number } {
  return { offset: offset ?? page * pageBytes, length: length ?? pages * pageBytes };
}

/** The range in words: `page 3 of /mnt/data`. */
export function ioWords({ file, page, pages = 1, offset = 0, length = 0 }: Range & { file: string }): string {
  return page === undefined ? `bytes ${offset}+${length} of ${file}` : `${pageWords(page, pages)} of ${file}`;
}

interface CallReply {
  result: number;
  /** The call that returned it: opening the file may fail, too. */
  call: string;
  error?: string | undefined;
}

/** What a call returned, as `returns` writes it. */
export function ioResult({ result, error }: CallReply, length: number): IoResult {
  if (result < 0) return error ?? 'EUNKNOWN';
  return result === length ? 'all' : result;
}

/** Whether a call returned what it should. */
export function isResult(seen: IoResult, expected: IoResult): boolean {
  if (expected === 'any') return true;
  return expected === 'short' ? typeof seen === 'number' && seen > 0 : seen === expected;
}

/** What was seen: `pread returned all 4096 bytes`, `open returned EIO`. */
export function seenWords(reply: CallReply, length: number): string {
  const result = ioResult(reply, length);
  return `${reply.call} returned ${result === 'all' ? `all ${length} bytes` : resultWords(result)}`;
}

export function resultWords(result: IoResult): string {
  if (result === 'short') return 'a short count';
  if (result === 'any') return 'anything';
  return typeof result === 'number' ? `${result} bytes` : result;
}
