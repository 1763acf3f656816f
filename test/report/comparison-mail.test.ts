// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { compareSides } from '../../harness/compare/compare.ts';
import { comparisonMail } from '../../harness/report/comparison-mail.ts';
import { fail, pass, side } from '../compare/compared.ts';
import { base, comparison, tested } from './compared-story.ts';

test('for mail: 72 columns', () => {
  const mail = comparisonMail([comparison]);
  expect(mail.split('\n').filter((line) => line.length > 72)).toEqual([]);
  expect(mail).toMatchInlineSnapshot(`
    "Tested with hazmat 0.1.0: emulated NVDIMMs in QEMU guests, 5 scenarios
    on both kernels.

      base:         Linux 6.12.107, Debian (6.12.107+deb-amd64)
      tested:       Linux 7.2.12, Debian (7.2.12+deb-amd64)
      environment:  QEMU 7.2.22; tcg, 3.1 times slower than asked
      scenarios:    poison 1, recover 2, remove 2

    Result: 1 REGRESSED, 1 fixed, 1 known, 2 unchanged, 1 not comparable.

    REGRESSED: remove/rebind (pass -> crash)
      After unbind and bind the filesystem mounts again with its data as
      written
      new: crash in unmount: BUG: unable to handle page fault in
           dax_disassociate_entry
      first diff: step 2, unmount /mnt
        base: ok: /mnt unmounted
        tested: did not finish: the kernel crashed

    fixed: recover/pwrite (fail -> pass)
      Title of recover/pwrite
      gone: fail in read: read page 2 of /mnt/data
      first diff: step 1, read page 2 of /mnt/data
        base: failed: all bytes
        tested: ok: EIO

    known: remove/shared-mappers (pass -> crash (known))
      Unbinding the pmem driver signals every process that maps a file on it
      new: crash in unmount: BUG: unable to handle page fault in
           mf_dax_kill_procs
      known: the block count wraps (KB4)

    Kernel log (without addresses, times and line numbers):
      - only in 7.2: BUG: unable to handle page fault for address: ADDR
        [remove/rebind]

    Times:
      - recover/timed: unbind pmem0 is slower: median 42 ms instead of 22 ms
        (5 and 5 times, p=0.0079)

    Not comparable:
      - skipped on tested: needs 6.0: remove/linear

    To reproduce:

      npx hazmat compare --base debian:6.12 --kernel debian:7.2 --repeat 5 \\
          recover/pwrite recover/timed remove/rebind remove/shared-mappers
    "
  `);
});

test('a kernel by a path with blanks can be pasted from mail', () => {
  const odd = { ...tested, kernel: 'image:/my kernels/bzImage,/lib/modules/7.2.12-with-a-long-name-that-fills-a-line' };
  const mail = comparisonMail([compareSides(base, odd)]);
  const command = mail.split('To reproduce:\n\n')[1]?.replaceAll('\\\n', '').replaceAll(/ +/g, ' ');
  expect(command?.trim()).toBe(
    `npx hazmat compare --base debian:6.12 --kernel '${odd.kernel}' --repeat 5 recover/pwrite recover/timed remove/rebind remove/shared-mappers`,
  );
});

test('of a series: its subjects, the base by its public name, and a command without paths of this machine', () => {
  const own = 'git:/home/dev/src/linux@v7.2';
  const facts = { version: '7.2.0', release: '7.2.0', origin: 'git 0123456789ab (v7.2)' };
  const stock = side(own, { 'remove/rebind': [fail('one byte')] }, facts);
  const patches = [
    'xfs: do not let the block count wrap',
    'xfs: count blocks in the last group of a failed range as well',
  ];
  const patched = side(`${own}+/home/dev/my.mbox`, { 'remove/rebind': [pass] }, { ...facts, patches });
  const mail = comparisonMail([compareSides(stock, patched)], 'A Developer <dev@localhost>');
  expect(mail).not.toContain('/home/dev');
  expect(mail.split('\n').filter((line) => line.length > 72)).toEqual([]);
  expect(mail).toContain('  base:         v7.2 (commit 0123456789ab)\n');
  expect(mail).toContain(
    [
      '  patched:      1/2 xfs: do not let the block count wrap',
      '                2/2 xfs: count blocks in the last group of a failed',
      '                range as well',
    ].join('\n'),
  );
  expect(mail).toContain('  npx hazmat compare --base git:linux@v7.2 --series SERIES \\\n      remove/rebind\n');
  expect(mail).toMatch(/\n\nTested-by: A Developer <dev@localhost>\n$/);
});
