// SPDX-License-Identifier: GPL-2.0-only
// mount: mounts a filesystem of the stack again, with the mount options of the stack.

import { mountKey } from '../keys.ts';
import { stepKind } from '../step.ts';

export const mount = stepKind({
  key: 'mount',
  title: 'Mount a filesystem of the stack again',
  example: 'mount: /mnt',
  acts: true,
  schema: mountKey,
  names: (path) => ({ mounts: [path] }),
  label: (path) => path,
  async run(path, context) {
    for (const request of context.stack.mounts.get(path)?.requests ?? []) {
      const problem = await context.attempt(request);
      if (problem !== undefined) return { ok: false, wanted: `${path} is mounted`, seen: problem };
    }
    context.mounted.add(path);
    return { ok: true, seen: `${path} mounted` };
  },
});
