// SPDX-License-Identifier: GPL-2.0-only
// A read of mapped pages through /proc/PID/mem: it faults as the process would, and returns EIO where that would be signaled.

import { settingPages } from '../settings.ts';
import { pick, type Operation } from '../operation.ts';
import { loaded, pagesOf } from '../world.ts';

export const readMemory: Operation = {
  name: 'read-memory',
  weight: 2,
  apply(world, picks) {
    const process = pick(
      world.processes.filter(({ alive }) => alive),
      picks.who,
    );
    if (process === undefined) return undefined;
    const page = picks.page % settingPages;
    const pages = pagesOf(world, process.file);
    if (page >= pages.length) return [{ 'read-memory': { processes: process.name, page, returns: 'EIO' } }];
    const block = pages[page];
    const present = process.present[page];
    if (present !== 'copy' && block?.failed === true) return undefined;
    if (block?.bad === true && present === 'unknown') return undefined;
    if (block?.bad === true && present === undefined)
      return [{ 'read-memory': { processes: process.name, page, returns: 'EIO' } }];
    if (present === undefined || present === 'unknown') loaded(world, process, page);
    return [{ 'read-memory': { processes: process.name, page } }];
  },
};
