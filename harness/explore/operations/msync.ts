// SPDX-License-Identifier: GPL-2.0-only
// msync(2) of the pages that a process maps of its file: what is mapped stays mapped.

import { pick, type Operation } from '../operation.ts';
import { pagesOf } from '../world.ts';

export const msync: Operation = {
  name: 'msync',
  weight: 1,
  apply(world, picks) {
    const process = pick(
      world.processes.filter(({ alive, mode }) => alive && mode === 'shared'),
      picks.who,
    );
    if (process === undefined) return undefined;
    const pages = pagesOf(world, process.file);
    if (pages.some((block) => block?.failed === true)) return undefined;
    return [{ msync: { processes: process.name, pages: process.present.length } }];
  },
};
