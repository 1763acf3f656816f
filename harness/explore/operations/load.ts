// SPDX-License-Identifier: GPL-2.0-only
// A load from a page of a mapping. A page that is present is read; else the fault maps it, unless it is bad.

import { settingPages } from '../settings.ts';
import { pick, type Operation } from '../operation.ts';
import { loaded, pagesOf } from '../world.ts';
import { busError } from '../bus-error.ts';

export const load: Operation = {
  name: 'load',
  weight: 4,
  apply(world, picks) {
    const process = pick(
      world.processes.filter(({ alive }) => alive),
      picks.who,
    );
    if (process === undefined) return undefined;
    const page = picks.page % settingPages;
    const pages = pagesOf(world, process.file);
    const block = pages[page];
    // Past the end of the file after a truncation.
    if (page >= pages.length) {
      return [{ touch: { processes: process.name, page, expect: { code: 'BUS_ADRERR', address: 'exact' } } }];
    }
    const present = process.present[page];
    if (present !== 'copy' && block?.failed === true) return undefined;
    if (block?.bad === true && present === 'unknown') return undefined;
    if (present === undefined && block?.bad === true) return busError(process.name, page, 'load');
    if (present === undefined || present === 'unknown') loaded(world, process, page);
    return [{ touch: { processes: process.name, page } }];
  },
};
