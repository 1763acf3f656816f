// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import stringWidth from 'string-width';
import { ExplainedGroups } from '../../harness/report/explain-groups.ts';
import type { Group } from '../../harness/report/groups.ts';
import { plainStyle } from '../../harness/report/style.ts';
import type { CellResult } from '../../harness/results/events.ts';
import { ended, oops, planned, spin, wraps } from '../results/story.ts';

const written = (width = 80) =>
  new ExplainedGroups({ style: plainStyle, width, folder: 'results/r' }, (kernel) => kernel.replace('debian:', ''));
const group = (...cells: CellResult[]): Group => {
  const [cell] = cells;
  if (cell === undefined) throw new Error('an empty group');
  return { cell, cells };
};
const cell = (scenario: string, more: Partial<CellResult>, kernel = 'debian:7.2') =>
  ended(planned(scenario, kernel), more);
const text = (lines: string[]) => `\n${lines.join('\n')}\n`;

test('a failure in 80 columns: what was expected and seen, the evidence, how to reproduce it', () => {
  const lines = written().unexpected(group(cell('remove/rebind', spin), cell('remove/a', spin, 'debian:6.18')));
  expect(text(lines)).toMatchInlineSnapshot(`
    "
      HANG  7.2  remove/rebind
        hang in unbind: CPU 1 spins in mf_dax_kill_procs
        scenario   After unbind and bind the filesystem mounts again with its data
                   as written
        step       1, unbind
        expected   the unbind of pmem0 returns within 10 s
        seen       sh (pid 212) runs in the kernel for ever: mf_dax_kill_procs <-
                   xfs_dax_notify_dev_failure <- dax_holder_notify_failure
        evidence   results/r/debian-7.2/remove/rebind/dmesg
        reproduce  npx hazmat run remove/rebind --kernel debian:7.2
        same in    6.18  remove/a
    "
  `);
  expect(lines.filter((line) => stringWidth(line) > 80)).toEqual([]);
});

test('a path or command that is to be pasted is never broken', () => {
  const lines = written(40).unexpected(group(cell('remove/rebind', spin)));
  expect(lines).toContain('    reproduce  npx hazmat run remove/rebind --kernel debian:7.2');
});

test('repetitions that disagree are counted, and the odd one is shown', () => {
  const repeats = [1, 2, 3].map((repeat) => planned('a', 'debian:7.2', { repeat, repeats: 3 }));
  const cells = repeats.map((one, index) => ended(one, index === 1 ? oops : {}));
  expect(text(written().flaky(group(...cells)))).toMatchInlineSnapshot(`
    "
      2 pass, 1 CRASH  7.2  a
        fails in   1 of 3, 6.1 to 79 % (95 %)
        number 2   the kernel log has an oops
        folder     results/r/debian-7.2/a/2
    "
  `);
});

test('an infrastructure error has the folder and the command', () => {
  expect(text(written().error(group(cell('a', { verdict: 'error', why: 'QEMU ended' }))))).toMatchInlineSnapshot(`
    "
      ERROR  7.2  a
        QEMU ended
        folder     results/r/debian-7.2/a
        reproduce  npx hazmat run a --kernel debian:7.2
    "
  `);
});

test('a known issue with its bug and all its cells; scenarios shared by kernels are on one line', () => {
  const known = { ...spin, expected: true, known: wraps };
  const cells = ['debian:6.18', 'debian:7.2'].flatMap((kernel) => ['a', 'b'].map((name) => cell(name, known, kernel)));
  expect(text(written().known(group(...cells)))).toMatchInlineSnapshot(`
    "
      hang in unbind: CPU 1 spins in mf_dax_kill_procs
        blockcount wraps in xfs_dax_notify_dev_failure() for every AG but the last
        kernels/known/xfs-ag-wrap.md
        6.18 7.2  a, b
    "
  `);
});

test('a reason with its cells', () => {
  expect(written().reason(group(cell('a', { verdict: 'skip', why: 'too old' })), 'plain')).toEqual([
    '  too old',
    '    7.2  a',
  ]);
});
