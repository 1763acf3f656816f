// SPDX-License-Identifier: GPL-2.0-only
// fallocate: one fallocate(2). The file is expected to hold what the call promises.

import { z } from 'zod';
import { zerosSeed } from '../../guest/protocol.ts';
import { pageBytes } from '../../host/page.ts';
import { callReport, resultWords } from '../call.ts';
import { noteLength, noteWritten, type FileContent } from '../file-content.ts';
import { ioRange, ioWords, rangeKeys, rangeRefinement } from '../file-io.ts';
import { fileKey, returnsKey } from '../keys.ts';
import { stepKind } from '../step.ts';

/** FALLOC_FL_* (include/uapi/linux/falloc.h). A hole is punched with FALLOC_FL_KEEP_SIZE only. */
const modes = {
  allocate: 0,
  'punch-hole': 0x02 | 0x01,
  'zero-range': 0x10,
  'collapse-range': 0x08,
  'insert-range': 0x20,
  'unshare-range': 0x40,
  'write-zeroes': 0x80,
} as const;
const keepSize = 0x01;

type Mode = keyof typeof modes;
const modeNames = [
  'allocate',
  'punch-hole',
  'zero-range',
  'collapse-range',
  'insert-range',
  'unshare-range',
  'write-zeroes',
] as const satisfies Mode[];

const schema = z
  .strictObject({
    file: fileKey,
    mode: z
      .enum(modeNames)
      .describe(
        'As in fallocate(2): allocate blocks, make a hole, zero (write-zeroes: by writing), take the range out or in, or give the file blocks of its own',
      ),
    ...rangeKeys,
    'keep-size': z.boolean().prefault(false).describe('FALLOC_FL_KEEP_SIZE: the file does not get longer'),
    returns: returnsKey,
  })
  .refine(...rangeRefinement);

export const fallocate = stepKind({
  key: 'fallocate',
  title: 'Allocate, free or move blocks of a file with fallocate(2)',
  example: 'fallocate: {file: /mnt/data, mode: punch-hole, page: 3}',
  acts: false,
  schema,
  names: ({ file }) => ({ files: [file] }),
  label: (args) => `${args.mode}, ${ioWords(args)}: ${resultWords(args.returns)}`,
  async run(args, { guest, files }) {
    const { file, mode, returns } = args;
    const { offset, length } = ioRange(args);
    const flags = modes[mode] | (args['keep-size'] ? keepSize : 0);
    const reply = await guest.request('fallocate', { file, mode: flags, offset, length });
    const content = files.get(file);
    if (content !== undefined && reply.result === 0)
      noteAllocated(content, mode, { offset, length, keeps: (flags & keepSize) !== 0 });
    return callReport(`fallocate (${mode}) of ${ioWords(args)}`, reply, returns);
  },
});

/** Notes what a file holds after a fallocate(2) that succeeded. */
function noteAllocated(
  content: FileContent,
  mode: Mode,
  { offset, length, keeps }: { offset: number; length: number; keeps: boolean },
): void {
  const end = offset + length;
  switch (mode) {
    case 'punch-hole':
    case 'zero-range':
    case 'write-zeroes':
      noteWritten(content, offset, Math.max(0, Math.min(length, (keeps ? content.bytes : end) - offset)), zerosSeed);
      return;
    case 'allocate':
      if (!keeps && end > content.bytes) noteLength(content, end);
      return;
    case 'unshare-range':
      return;
    case 'collapse-range':
      noteMoved(content, offset, content.bytes - length);
      return;
    case 'insert-range': {
      noteMoved(content, offset, content.bytes + length);
      noteWritten(content, offset, length, zerosSeed);
    }
  }
}

/** A pattern that was moved is not that of its new page: from `offset` on nothing is known. */
function noteMoved(content: FileContent, offset: number, bytes: number): void {
  noteLength(content, bytes);
  noteWritten(content, offset, Math.max(0, Math.ceil(bytes / pageBytes) * pageBytes - offset), 0);
  content.bytes = bytes;
}
