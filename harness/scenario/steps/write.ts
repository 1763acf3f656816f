// SPDX-License-Identifier: GPL-2.0-only
// write: one pwrite(2) of a new pattern, and what it returns. The expected content of the file follows what was written.

import { z } from 'zod';
import { pageBytes } from '../../host/page.ts';
import { ioKeys, ioRange, ioResult, isResult, ioWords, rangeRefinement, resultWords, seenWords } from '../file-io.ts';
import { noteWritten } from '../file-content.ts';
import { processesKey } from '../keys.ts';
import { transfer } from '../mapping-transfer.ts';
import { stepKind, type StepReport } from '../step.ts';
import type { StepContext } from '../step-context.ts';

const schema = z
  .strictObject({
    ...ioKeys,
    processes: processesKey
      .optional()
      .describe(
        'Group whose first process writes the same pages of another file from its mapping: the kernel loads from them',
      ),
    'bad-buffer': z.boolean().prefault(false).describe('Write from an address that is not mapped'),
    'good-pages': z
      .int()
      .min(1)
      .optional()
      .describe('With `bad-buffer`: pages of the buffer that are mapped, before those that are not'),
  })
  .refine(...rangeRefinement)
  .refine((args) => args.processes === undefined || (args.page !== undefined && !args['bad-buffer']), {
    error: '`processes` needs `page` (and `pages`), and excludes `bad-buffer`',
  })
  .refine((args) => args['good-pages'] === undefined || args['bad-buffer'], {
    error: '`good-pages` goes with `bad-buffer: true`',
  });

type Write = z.output<typeof schema>;

export const write = stepKind({
  key: 'write',
  title: 'pwrite(2) of a new pattern to a file, which must return this',
  example: 'write: {file: /mnt/data, page: 3, returns: all}',
  acts: false,
  schema,
  names: ({ file, processes }) => ({ files: [file], processes: processes === undefined ? [] : [processes] }),
  label: ({ processes, ...args }) =>
    `${ioWords(args)}${processes === undefined ? '' : ` from the mapping of ${processes}`}: ${resultWords(args.returns)}`,
  run: (args, context) =>
    args.processes === undefined ? writePattern(args, context) : transfer('pwrite', args, args.processes, context),
});

async function writePattern(args: Write, context: StepContext): Promise<StepReport> {
  const { file, direct, returns, 'bad-buffer': badBuffer, 'good-pages': good = 0 } = args;
  const { offset, length } = ioRange(args);
  const seed = context.takeSeed();
  const reply = await context.guest.request('pwrite', {
    file,
    offset,
    length,
    seed,
    direct,
    badBuffer,
    goodBytes: good * pageBytes,
  });
  const content = context.files.get(file);
  if (content !== undefined) noteWritten(content, offset, Math.max(0, reply.result), seed);
  const seen = seenWords(reply, length);
  return isResult(ioResult(reply, length), returns)
    ? { ok: true, seen }
    : { ok: false, wanted: `pwrite of ${ioWords(args)} returns ${resultWords(returns)}`, seen };
}
