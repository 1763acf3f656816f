// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import stringWidth from 'string-width';
import { compareSides } from '../../harness/compare/compare.ts';
import { comparisonText } from '../../harness/report/comparison-text.ts';
import { plainStyle } from '../../harness/report/style.ts';
import { crash, fail, side, steps, type Told } from '../compare/compared.ts';
import { base, comparison } from './compared-story.ts';

test('for a terminal', () => {
  expect(comparisonText([comparison], { style: plainStyle, width: 90, from: '/results' })).toMatchInlineSnapshot(`
    "base      debian:6.12  6.12.107+deb-amd64  (linux-image-6.12.107+deb-amd64)
              run-6.12
    tested    debian:7.2  7.2.12+deb-amd64  (linux-image-7.2.12+deb-amd64)
              run-7.2

    scenario                6.12     7.2             change
    remove/rebind           pass     crash           REGRESSED
    recover/pwrite          fail     pass            fixed
    remove/shared-mappers   pass     crash (known)   known
    poison/load             pass     pass            unchanged
    recover/timed           pass 5   pass 5          unchanged
    remove/linear           pass     skip            not comparable

    REGRESSED  remove/rebind
      After unbind and bind the filesystem mounts again with its data as written
        new         crash in unmount: BUG: unable to handle page fault in
                    dax_disassociate_entry
        first diff  step 2, unmount /mnt
                    base: ok: /mnt unmounted
                    tested: did not finish: the kernel crashed
        evidence    run-7.2/debian-7.2/remove/rebind

    fixed  recover/pwrite
      Title of recover/pwrite
        gone        fail in read: read page 2 of /mnt/data
        first diff  step 1, read page 2 of /mnt/data
                    base: failed: all bytes
                    tested: ok: EIO
        evidence    run-6.12/debian-6.12/recover/pwrite

    known  remove/shared-mappers
      Unbinding the pmem driver signals every process that maps a file on it
        new         crash in unmount: BUG: unable to handle page fault in mf_dax_kill_procs
        known       the block count wraps (KB4)
        evidence    run-7.2/debian-7.2/remove/shared-mappers

    Kernel log: only in 7.2
      BUG: unable to handle page fault for address: ADDR
          remove/rebind

    Times
      recover/timed: unbind pmem0 is slower: median 42 ms instead of 22 ms (5 and 5 times,
      p=0.0079)

    Not comparable
      skipped on tested: needs 6.0: remove/linear

    1 REGRESSED, 1 fixed, 1 known, 2 unchanged, 1 not comparable
    "
  `);
});

test('no line is wider than the terminal but paths, and names are cut in the table only', () => {
  for (const width of [120, 80, 60]) {
    const text = comparisonText([comparison], { style: plainStyle, width, from: '/results' });
    const wide = text.split('\n').filter((line) => stringWidth(line) > width);
    expect(wide.filter((line) => !/\(linux-image|^ {4}evidence/.test(line))).toEqual([]);
  }
});

test('a base with a series on it is called patched', () => {
  const patched = side('debian:6.12', { 'remove/rebind': [crash('f')] }, { kernel: 'debian:6.12+my.mbox' });
  const text = comparisonText([compareSides(base, patched)], { style: plainStyle, width: 80, from: '/' });
  expect(text).toMatch(/^patched {3}debian:6\.12\+my\.mbox /m);
  expect(text).toMatch(/^scenario +base +patched +change$/m);
  expect(text).toContain('not in the patched run: poison/load');
  expect(text).not.toContain('tested');
});

test('of what a step saw in many lines the first and the last are shown', () => {
  const run = (outcome: 'ok' | 'deviates', seen: string): Told => ({ steps: steps(['run a script', outcome, seen]) });
  const two = compareSides(
    side('debian:6.1', {
      a: [{ ...fail('x'), ...run('deviates', 'exit 1: no\n0+0 records in\n\n0+0 records out\n') }],
    }),
    side('debian:6.12', { a: [run('ok', 'done')] }),
  );
  expect(comparisonText([two], { style: plainStyle, width: 90, from: '/' })).toContain(
    'base: failed: exit 1: no … 0+0 records out\n',
  );
});
