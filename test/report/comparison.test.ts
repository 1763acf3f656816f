// SPDX-License-Identifier: GPL-2.0-only
// The three forms in which a comparison is printed.

import { expect, test } from 'vitest';
import { compareSides } from '../../harness/compare/compare.ts';
import { comparisonFileSchema } from '../../harness/compare/comparison.ts';
import { comparisonJson } from '../../harness/report/comparison-json.ts';
import { comparisonMail } from '../../harness/report/comparison-mail.ts';
import { comparisonText } from '../../harness/report/comparison-text.ts';
import { plainStyle } from '../../harness/report/style.ts';
import { crash, fail, known, pass, side, skip, steps, type Told } from '../compare/compared.ts';

const times = (...ms: number[]): Told[] => ms.map((one) => ({ steps: steps(['unbind pmem0', 'ok', 'unbound', one]) }));

const base = side('debian:6.12', {
  'poison/load': [pass],
  'recover/pwrite': [fail('all bytes', { steps: steps(['read page 2 of /mnt/data', 'deviates', 'all bytes']) })],
  'recover/timed': times(20, 21, 22, 23, 24),
  'remove/linear': [pass],
  'remove/rebind': [
    { steps: steps(['unbind pmem0', 'ok'], ['unmount /mnt', 'ok', '/mnt unmounted']), log: ['Unmounting'] },
  ],
  'remove/shared-mappers': [pass],
});
const tested = side('debian:7.2', {
  'poison/load': [pass],
  'recover/pwrite': [{ steps: steps(['read page 2 of /mnt/data', 'ok', 'EIO']) }],
  'recover/timed': times(40, 41, 42, 43, 44),
  'remove/linear': [skip],
  'remove/rebind': [
    crash('dax_disassociate_entry', 'abcd', {
      steps: steps(['unbind pmem0', 'ok'], ['unmount /mnt', 'ended', 'the kernel crashed']),
      log: ['BUG: unable to handle page fault for address: ADDR'],
    }),
  ],
  'remove/shared-mappers': [crash('mf_dax_kill_procs', '1', known)],
});
const comparison = compareSides(base, tested);

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

test('for mail: 72 columns', () => {
  const mail = comparisonMail([comparison]);
  expect(mail.split('\n').filter((line) => line.length > 72)).toEqual([]);
  expect(mail).toMatchInlineSnapshot(`
    "Tested with hazmat 0.1.0: emulated NVDIMMs in QEMU guests, 5 scenarios
    on both kernels.

      base:         6.12.107+deb-amd64 (linux-image-6.12.107+deb-amd64)
      tested:       7.2.12+deb-amd64 (linux-image-7.2.12+deb-amd64)
      environment:  QEMU 7.2.22; tcg, 3.1 times slower than asked

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

test('the command to reproduce repeats the options of the kernels', () => {
  const mail = comparisonMail([compareSides(base, { ...tested, options: ['--config', 'kasan'] })]);
  expect(mail.replaceAll('\\\n', '').replaceAll(/ +/g, ' ')).toContain('--kernel debian:7.2 --config kasan --repeat 5');
});

test('one kernel in two runs: the commands of the runs are shown', () => {
  const again = side(
    'debian:6.12',
    { 'remove/rebind': [crash('f')] },
    { run: 'run-after', folder: '/results/run-after' },
  );
  expect(comparisonMail([compareSides(base, again)]).split('comparison:\n\n')[1]).toBe(
    '  npx hazmat run -k 6.12\n  npx hazmat run -k 6.12\n  npx hazmat compare run-6.12 run-after\n',
  );
});

test('for programs: everything, with a version', () => {
  const value: unknown = JSON.parse(comparisonJson([comparison]));
  expect(comparisonFileSchema.safeParse(value).error).toBeUndefined();
  expect(value).toEqual({ version: 2, exitCode: 1, comparisons: [JSON.parse(JSON.stringify(comparison))] });
});

test('a line that most scenarios have, such as that of a driver, is only counted; an alarm is shown however common', () => {
  const scenarios = (log: (index: number) => string[]): Record<string, Told[]> =>
    Object.fromEntries(Array.from({ length: 10 }, (_one, index) => [`poison/s${index}`, [{ log: log(index) }]]));
  const two = compareSides(
    side(
      'debian:6.12',
      scenarios(() => []),
    ),
    side(
      'debian:7.2',
      scenarios((index) => ['loop: module loaded', 'BUG: bad', ...(index === 3 ? ['XFS: rare'] : [])]),
    ),
  );
  const text = comparisonText([two], { style: plainStyle, width: 90, from: '/results' });
  expect(/Kernel log: only in 7\.2\n([^]*?)\n\n/.exec(text)?.[1]).toMatchInlineSnapshot(`
    "  BUG: bad
          poison/s0 and 9 more
      XFS: rare
          poison/s3
      and 1 that most scenarios have; --json lists them all"
  `);
  expect(comparisonMail([two])).not.toContain('loop: module loaded');
  expect(comparisonJson([two])).toContain('loop: module loaded');
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
