// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { bugReport, type BugReport } from '../../harness/report/bug-report.ts';

const report: BugReport = {
  title: 'hang in unbind pmem0: mf_dax_kill_procs is running on CPU 0',
  scenario: { name: 'remove/shared-mappers', title: 'Unbinding nd_pmem signals every process that maps a page' },
  kernel: 'Linux 7.2.12, Debian (7.2.12+deb13-amd64)',
  deviations: [
    {
      kind: 'hang',
      step: 'unbind',
      title: 'hang in unbind pmem0: mf_dax_kill_procs is running on CPU 0',
      function: 'f',
    },
    { kind: 'fail', step: 'signals', title: 'nobody was signaled', wanted: '2 signals', seen: 'none' },
  ],
  steps: ['poison page 3', 'unbind pmem0'],
  log: { title: 'Where it hangs:', lines: ['Stuck: task 130', '    mf_dax_kill_procs   <--'] },
  reproduce: ['npx hazmat run remove/shared-mappers --kernel 7.2'],
  bug: undefined,
  introduced: undefined,
};

test('what, where, what was done and seen, how to see it again; 72 columns but for logs and commands', () => {
  expect(bugReport(report)).toMatchInlineSnapshot(`
    "Subject: [BUG] hang in unbind pmem0: mf_dax_kill_procs is running on CPU 0

    Hang in unbind pmem0: mf_dax_kill_procs is running on CPU 0.

    The test expects: Unbinding nd_pmem signals every process that maps a
    page.

      kernel:   Linux 7.2.12, Debian (7.2.12+deb13-amd64)
      where:    f
      test:     remove/shared-mappers, run by hazmat in QEMU with emulated
                NVDIMMs

    What was done:

      1. poison page 3
      2. unbind pmem0

    What the kernel did:

      hang in unbind pmem0: mf_dax_kill_procs is running on CPU 0
      expected: signals: 2 signals
      seen:     none

    Where it hangs:

    Stuck: task 130
        mf_dax_kill_procs   <--

    To reproduce:

      npx hazmat run remove/shared-mappers --kernel 7.2

    If you fix this in a commit of its own, please add:

      Reported-by: NAME <ADDRESS>
      Closes: LINK TO THIS MAIL
    "
  `);
});

test('after a bisection it is a regression, and regzbot gets the commit', () => {
  const introduced = { sha: '0123456789abcdef0123456789abcdef01234567', subject: 'xfs: count blocks' };
  const text = bugReport({ ...report, introduced });
  expect(text).toMatch(/^Subject: \[REGRESSION\] hang in unbind/);
  expect(text).toMatch(/\n\n#regzbot introduced: 0123456789abcdef0123456789abcdef01234567\n$/);
  expect(text).toContain('since:    commit 0123456789ab ("xfs: count blocks")');
});

test('what kernels/bugs.yaml knows is in it, and a long log is cut in the middle', () => {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
  const text = bugReport({
    ...report,
    log: { title: 'Kernel log:', lines },
    bug: {
      name: 'KB4',
      because: 'the block count wraps',
      cause: ['fs/xfs/xfs_notify_failure.c:xfs_dax_notify_dev_failure'],
      seen: ['6.16.12', '7.2.12'],
      since: '6.14',
      series: 'xfs-notify-failure-range',
    },
  });
  expect(text).toContain('  seen on:  6.16.12, 7.2.12\n  since:    6.14\n');
  expect(text).toContain('Cause:\n\n  The block count wraps.\n');
  expect(text).toContain('line 57\n[41 lines are left out]\nline 99\n');
  expect(text).toContain('kernels/series/xfs-notify-failure-range');
});

test('a scenario of the user is in the report', () => {
  const scenario = { name: 'mine.yaml', title: 'It ends', text: ['title: It ends', 'steps:', '  - unbind: pmem0'] };
  expect(bugReport({ ...report, scenario })).toContain(
    'mine.yaml:\n\n  title: It ends\n  steps:\n    - unbind: pmem0\n',
  );
});
