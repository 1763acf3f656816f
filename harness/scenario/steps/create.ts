// SPDX-License-Identifier: GPL-2.0-only
// create: writes a file of the scenario that is not there from the beginning.

import { fileKey } from '../keys.ts';
import { stepKind } from '../step.ts';

export const create = stepKind({
  key: 'create',
  title: 'Write a file of `files`, which is not there before',
  example: 'create: /mnt/new',
  acts: true,
  schema: fileKey,
  names: (file) => ({ files: [file] }),
  makes: (file) => [file],
  label: (file) => file,
  async run(file, context) {
    for (const request of context.later.get(file) ?? []) {
      const trouble = await context.attempt(request);
      if (trouble !== undefined) return { ok: false, wanted: `${file} is written`, seen: `${request.why}: ${trouble}` };
    }
    return { ok: true, seen: `${file} written` };
  },
});
