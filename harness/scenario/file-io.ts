// SPDX-License-Identifier: GPL-2.0-only
// What the steps read and write have in common: a range of a file, and what the call gives.

import { z } from 'zod';
import { pageBytes } from '../host/page.ts';

export const ioKeys = {
  of: z.string().describe('The file'),
  page: z.int().min(0).optional().describe('First page'),
  pages: z.int().min(1).optional().describe('How many pages; 1 if not said'),
  offset: z.int().min(0).optional().describe('Instead of pages: bytes'),
  length: z.int().min(1).optional().describe('Bytes'),
  direct: z.boolean().prefault(false).describe('O_DIRECT'),
  gives: z
    .union([z.literal('all'), z.int().min(0), z.string().regex(/^E[A-Z0-9]+$/, 'an errno such as EIO')])
    .prefault('all')
    .describe('all, a number of bytes (a short count), or an errno such as EIO'),
};

type IoArgs = z.output<z.ZodObject<typeof ioKeys>>;
export type IoOutcome = IoArgs['gives'];

type Range = Pick<IoArgs, 'page' | 'pages' | 'offset' | 'length'>;

/** A range is either in pages or in bytes. */
export const rangeRefinement: [(range: Range) => boolean, { error: string }] = [
  ({ page, pages, offset, length }) =>
    page === undefined
      ? offset !== undefined && length !== undefined && pages === undefined
      : offset === undefined && length === undefined,
  { error: 'say `page` (and `pages`), or `offset` and `length`' },
];

/** The range in bytes. */
export function ioRange({ page = 0, pages = 1, offset, length }: Range): { offset: number; length: number } {
  return { offset: offset ?? page * pageBytes, length: length ?? pages * pageBytes };
}

/** The range in words. */
export function ioWords({ of, page, pages = 1, offset = 0, length = 0 }: Range & { of: string }): string {
  if (page === undefined) return `bytes ${offset}+${length} of ${of}`;
  return `${pages === 1 ? `page ${page}` : `pages ${page}-${page + pages - 1}`} of ${of}`;
}

/** What a call gave, in the words of `gives`. */
export function outcomeOf({ result, error }: { result: number; error?: string }, length: number): IoOutcome {
  if (result < 0) return error ?? 'EUNKNOWN';
  return result === length ? 'all' : result;
}

export function outcomeWords(outcome: IoOutcome): string {
  return typeof outcome === 'number' ? `${outcome} bytes` : outcome;
}
