// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { summaryText } from '../../harness/report/summary.ts';
import { designStory, ended, oops, planned, recordOf, spin, wraps } from '../results/story.ts';

test('the whole page: the unexpected first and in full, then the known ones, once for each cause', () => {
  expect(summaryText(recordOf(designStory()))).toMatchInlineSnapshot(`
    "hazmat run: design
    2 UNEXPECTED, 5 pass, 4 known, 1 skip in 2m 13s

                                 6.1       6.12           7.2
                                 6.1.158   6.12.107       7.2.12
    mapper/unbind-under-linear   skip      fail (known)   fail (known)
    poison/load                  pass      pass           pass
    remove/rebind                CRASH     pass           hang (known)
    remove/shared-mappers        CRASH     pass           hang (known)

    UNEXPECTED: the kernel did not do what the scenario expects

      CRASH  6.1  remove/shared-mappers
        BUG: kernel NULL pointer dereference in dax_disassociate_entry
        scenario   Unbinding the pmem driver signals every process that maps a file on it
        step       5, unmount
        also       fail in signals: 0 of 3 mappers were signaled; expected SIGBUS BUS_MCEERR_AO at the
                   mapped page, lsb 12, to every one of mappers; seen no signal in mappers[0],
                   mappers[1], mappers[2]
        evidence   debian-6.1/remove/shared-mappers/dmesg
        reproduce  npx hazmat run remove/shared-mappers --kernel debian:6.1
        same in    6.1  remove/rebind

    Known issues

      hang in unbind: CPU 1 spins in mf_dax_kill_procs
        blockcount wraps in xfs_dax_notify_dev_failure() for every AG but the last
        kernels/known/xfs-ag-wrap.md
        7.2  remove/shared-mappers, remove/rebind

      fail in signals: nobody was signaled
        device-mapper forwards no MF_MEM_PRE_REMOVE to the filesystem above
        6.12 7.2  mapper/unbind-under-linear

    Skipped

      needs dax_holder_operations, new in 6.0
        6.1  mapper/unbind-under-linear

    Environment

      command      npx hazmat run --kernel debian:6.1,debian:6.12,debian:7.2
      started      2026-11-20T10:15:02.000Z
      debian:6.1   6.1.158+deb-amd64  (linux-image-6.1.158+deb-amd64)
      debian:6.12  6.12.107+deb-amd64  (linux-image-6.12.107+deb-amd64)
      debian:7.2   7.2.12+deb-amd64  (linux-image-7.2.12+deb-amd64)
      qemu         7.2.22
      accelerator  tcg, 3.1 times slower than asked
      hazmat       0.1.0
    "
  `);
});

test('flaky repetitions, an infrastructure error, missing cells, known issues that did not occur and warnings are all shown', () => {
  const kernels = ['debian:6.12', 'debian:7.2'];
  const load = [1, 2, 3].map((repeat) => planned('poison/load', 'debian:6.12', { repeat, repeats: 3 }));
  const rebind = planned('remove/rebind', 'debian:7.2');
  const mappers = planned('remove/shared-mappers', 'debian:7.2');
  const never = planned('recover/pwrite', 'debian:7.2');
  const results = [
    ...load.map((cell) => ended(cell, cell.repeat === 2 ? oops : {})),
    ended(rebind, { verdict: 'error', why: 'the guest never said hello' }),
    ended(mappers, { knownButPassed: wraps }),
  ];
  const record = recordOf({
    kernels,
    cells: [...load, rebind, mappers, never],
    results,
    interrupted: true,
    messages: [{ type: 'message', level: 'warning', text: 'KVM does not run a kernel here' }],
  });
  const text = summaryText(record);
  expect(text.slice(text.indexOf('UNEXPECTED:'), text.indexOf('Environment'))).toMatchInlineSnapshot(`
    "UNEXPECTED: the kernel did not do what the scenario expects

      CRASH  6.12  poison/load (2 of 3)
        BUG: kernel NULL pointer dereference in dax_disassociate_entry
        scenario   A load from a page with a bad block gets SIGBUS
        step       5, unmount
        also       fail in signals: 0 of 3 mappers were signaled; expected SIGBUS BUS_MCEERR_AO at the
                   mapped page, lsb 12, to every one of mappers; seen no signal in mappers[0],
                   mappers[1], mappers[2]
        evidence   debian-6.12/poison/load/2/dmesg
        reproduce  npx hazmat run poison/load --kernel debian:6.12

    FLAKY: repetitions disagree

      2 pass, 1 CRASH  6.12  poison/load
        fails in   1 of 3, 6.1 to 79 % (95 %)
        number 2   the kernel log has an oops
        folder     debian-6.12/poison/load/2

    ERROR: the infrastructure failed; this says nothing about the kernel

      ERROR  7.2  remove/rebind
        the guest never said hello
        folder     debian-7.2/remove/rebind
        reproduce  npx hazmat run remove/rebind --kernel debian:7.2

    NOT RUN: 1 of 6 cells has no verdict: the run was interrupted

    Warnings

      KVM does not run a kernel here

    Known issues that did not occur (fixed? kernel range too wide?)

      blockcount wraps in xfs_dax_notify_dev_failure() for every AG but the last
        kernels/known/xfs-ag-wrap.md
        7.2  remove/shared-mappers

    "
  `);
});

test('a hang seen by many scenarios on many kernels is reported once', () => {
  const kernels = ['debian:6.18', 'debian:7.2'];
  const cells = ['remove/a', 'remove/b'].flatMap((scenario) => kernels.map((kernel) => planned(scenario, kernel)));
  const text = summaryText(recordOf({ kernels, cells, results: cells.map((cell) => ended(cell, spin)) }));
  expect(text.match(/CPU 1 spins/g)).toHaveLength(1);
  expect(text).toContain(['same in    7.2   remove/a, remove/b', '               6.18  remove/b'].join('\n'));
});

test('escape sequences in a kernel log never reach the terminal', () => {
  const cell = planned('a', 'debian:6.12');
  const [first] = oops.deviations;
  const result = ended(cell, { ...oops, deviations: [{ ...first, kind: 'crash', title: 'x\u001b]0;y\u0007' }] });
  const text = summaryText(recordOf({ kernels: ['debian:6.12'], cells: [cell], results: [result] }));
  expect(text).toContain('x\\x1b]0;y\\x07');
});

test('a kernel that cannot be built is no infrastructure error, and is reported once', () => {
  const kernels = ['debian:7.2', 'debian:7.2+a.patch'];
  const cells = ['remove/a', 'remove/b'].flatMap((scenario) => kernels.map((kernel) => planned(scenario, kernel)));
  const why = '7.2 with a.patch does not compile\n  a.patch last touched line 3 of fs/dax.c';
  const results = cells.map((cell) => ended(cell, cell.kernel === 'debian:7.2' ? {} : { verdict: 'unbuilt', why }));
  const text = summaryText(recordOf({ kernels, cells, results }));
  expect(text.match(/does not compile/g)).toHaveLength(1);
  expect(text).not.toMatch(/error/i);
  expect(text.slice(text.indexOf('UNBUILT:'), text.indexOf('Environment'))).toMatchInlineSnapshot(`
    "UNBUILT: no kernel could be built from what was given

      7.2 with a.patch does not compile
        a.patch last touched line 3 of fs/dax.c
        7.2+a.patch  remove/a, remove/b

    "
  `);
});
