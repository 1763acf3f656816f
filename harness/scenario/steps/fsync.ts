// SPDX-License-Identifier: GPL-2.0-only
// fsync: fsync(2) or fdatasync(2) of a file. What failed before it was written back is reported once to each open file.

import { z } from 'zod';
import { callReport, resultWords } from '../call.ts';
import { fileKey, returnsKey } from '../keys.ts';
import { stepKind } from '../step.ts';

const schema = z.union([
  fileKey.transform((file) => ({ file, data: false, returns: undefined })),
  z.strictObject({
    file: fileKey,
    data: z.boolean().prefault(false).describe('fdatasync(2): the data, without what is not needed to read it'),
    returns: returnsKey,
  }),
]);

export const fsync = stepKind({
  key: 'fsync',
  title: 'Sync a file, which is opened for it, with fsync(2)',
  example: 'fsync: {file: /mnt/data, returns: EIO}',
  acts: false,
  schema,
  names: ({ file }) => ({ files: [file] }),
  label: ({ file, returns }) => `${file}: ${resultWords(returns)}`,
  async run({ file, data, returns }, { guest }) {
    return callReport(`fsync of ${file}`, await guest.request('fsync', { file, dataOnly: data }), returns);
  },
});
