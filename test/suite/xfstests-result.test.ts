// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { xfstestsOutcome } from '../../harness/suite/xfstests-result.ts';

/** result.xml as check -R xunit-quiet writes it. */
function xml(...cases: string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite\n name="xfstests" failures="0" skipped="0" tests="1" time="23"\n>\n\t<properties>\n\t</properties>\n${cases.join('\n')}\n</testsuite>\n`;
}

function testcase(name: string, inside = ''): string {
  return `\t<testcase classname="xfstests.global" name="${name}" time="23">\n${inside}\t</testcase>`;
}

function outcome(test: string, report: string, output = ''): unknown {
  return xfstestsOutcome(test, { exit: 0, output, files: new Map([['result.xml', report]]) });
}

it('passes where check reports nothing else', () => {
  const report = xml(testcase('xfs/551', '\t\t<failure message="no"/>\n'), testcase('xfs/550'));
  expect(outcome('xfs/550', report)).toEqual({ verdict: 'pass', seen: 'xfs/550 passed in 23 s' });
});

it('is skipped with the reason of the test, although check exits with 0', () => {
  const skipped = '\t\t<skipped message="xfs_io &quot;chattr +x&quot; failed\n" />\n';
  expect(outcome('generic/606', xml(testcase('generic/606', skipped)))).toEqual({
    verdict: 'skip',
    why: 'generic/606 was not run: xfs_io "chattr +x" failed',
  });
});

it('fails with what check says and the lines that differ', () => {
  const failed = '\t\t<failure message="- output mismatch (see /results//generic/470.out.bad)" type="TestFail" />\n';
  const output = [
    'generic/470       - output mismatch (see /results//generic/470.out.bad)',
    '    --- tests/generic/470.out\t2026-01-01 00:00:00',
    '    +++ /results//generic/470.out.bad\t2026-01-01 00:00:01',
    '    @@ -1 +1,2 @@',
    '     QA output created by 470',
    '    +failed: exit 1',
    '    ...',
  ].join('\n');
  expect(outcome('generic/470', xml(testcase('generic/470', failed)), output)).toEqual({
    verdict: 'fail',
    seen: [
      '- output mismatch (see /results//generic/470.out.bad)',
      '--- tests/generic/470.out\t2026-01-01 00:00:00',
      '+++ /results//generic/470.out.bad\t2026-01-01 00:00:01',
      '@@ -1 +1,2 @@',
      ' QA output created by 470',
      '+failed: exit 1',
    ].join('\n'),
  });
});

it('says nothing of a test that check did not report', () => {
  expect(outcome('xfs/550', '')).toBeUndefined();
  expect(outcome('xfs/55', xml(testcase('xfs/550')))).toBeUndefined();
});
