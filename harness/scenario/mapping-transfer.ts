// SPDX-License-Identifier: GPL-2.0-only
// A read or a write of a file whose buffer is the mapping of a process: the kernel itself stores to its pages, or loads from them.

import { InfraError } from '../host/errors.ts';
import { pageBytes } from '../host/page.ts';
import { describeSignal } from './expect-signal.ts';
import { contentOf, noteWritten, seedOfBytes } from './file-content.ts';
import { ioRange, ioResult, isResult, resultWords, seenWords, type IoResult } from './file-io.ts';
import type { StepReport } from './step.ts';
import type { StepContext } from './step-context.ts';

export interface TransferArgs {
  file: string;
  page?: number | undefined;
  pages?: number | undefined;
  direct: boolean;
  returns: IoResult;
}

/** One call by the first process of a group, between pages of a file and the same pages of the file that it maps. */
export async function transfer(
  call: 'pread' | 'pwrite',
  args: TransferArgs,
  group: string,
  context: StepContext,
): Promise<StepReport> {
  const { file, direct, returns } = args;
  const { offset, length } = ioRange(args);
  const [process] = context.processesOf(group);
  const mapping = process?.mapping;
  const [page, pages] = [offset / pageBytes - (mapping?.page ?? 0), length / pageBytes];
  // A mistake of the scenario, not of the kernel.
  if (process === undefined || mapping === undefined || page < 0 || page + pages > mapping.pages) {
    const what = call === 'pwrite' ? `should write to ${file}` : `should read from ${file}`;
    throw new InfraError(`${group} does not map the pages that it ${what}`);
  }
  const op = call === 'pwrite' ? 'write-from-mapping' : 'read-to-mapping';
  const reply = await context.guest.request(op, { process: process.name, page, pages, file, offset, direct });
  const [mapped, other] = [context.files.get(mapping.file) ?? contentOf([]), context.files.get(file) ?? contentOf([])];
  for (let done = 0; done < reply.result; done += pageBytes) {
    const bytes = Math.min(pageBytes, reply.result - done);
    const [first, index] = [(offset + done) / pageBytes, page + done / pageBytes];
    const own = process.copies.get(index);
    if (call === 'pwrite') noteWritten(other, offset + done, bytes, own ?? seedOfBytes(mapped, first, 0, bytes));
    else if (process.privateSeed === undefined)
      noteWritten(mapped, offset + done, bytes, seedOfBytes(other, first, 0, bytes));
    else process.copies.set(index, bytes === pageBytes ? seedOfBytes(other, first, 0, bytes) : 0);
  }
  const signal = reply.hit === undefined ? '' : `, and ${describeSignal(reply.hit)}`;
  const seen = `${seenWords(reply, length)}${signal}`;
  const way = call === 'pwrite' ? 'from' : 'to';
  const wanted = `${call} of ${length} bytes ${way} the mapping of ${group} returns ${resultWords(returns)}`;
  return isResult(ioResult(reply, length), returns) ? { ok: true, seen } : { ok: false, wanted, seen };
}
