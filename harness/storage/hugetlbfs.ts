// SPDX-License-Identifier: GPL-2.0-only
// hugetlbfs: files in huge pages of memory, which are set apart before.

import { z } from 'zod';
import { filesystemKeys, mountRequests } from './filesystem.ts';
import { LayerError, layerKind, run } from './layer.ts';

const schema = z.strictObject({
  mount: filesystemKeys.mount,
  'huge-pages': z.int().min(1).max(64).prefault(4).describe('Huge pages of 2 MiB that are set apart for its files'),
});

/** Of 2 MiB. */
const pool = '/sys/kernel/mm/hugepages/hugepages-2048kB';

export const hugetlbfs = layerKind({
  key: 'hugetlbfs',
  title:
    'hugetlbfs: files in huge pages of memory. A file has `content: hole` or `preallocated`, and a multiple of 512 `pages`; poison them with `mapping`',
  example: '{mount: /huge, huge-pages: 4}',
  schema,
  modules: [],
  plan(spec, { stack }) {
    const { mount: path, 'huge-pages': pages } = spec;
    if (stack.mounts.has(path)) throw new LayerError(`two filesystems have the mount point ${path}`);
    stack.requests.push(
      {
        op: 'write',
        args: { path: `${pool}/nr_hugepages`, data: String(pages) },
        why: `set ${pages} huge pages apart`,
      },
      run(`check that there are ${pages} huge pages`, 'grep', '-qx', String(pages), `${pool}/free_hugepages`),
    );
    const requests = mountRequests(
      { type: 'hugetlbfs', source: 'hugetlbfs', path, options: ['pagesize=2M'] },
      `hugetlbfs at ${path}`,
    );
    stack.requests.push(...requests);
    stack.mounts.set(path, { path, device: '', type: 'hugetlbfs', requests });
  },
});
