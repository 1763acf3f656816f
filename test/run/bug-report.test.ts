// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { cellToReport, reportOfBug, reportOfCell } from '../../harness/run/bug-report.ts';
import { designStory, recordOf } from '../results/story.ts';

const record = recordOf(designStory());
const crash = cellToReport(record, 'remove/shared-mappers');

test('a cell that deviates is found by its scenario or its id; others are listed', () => {
  expect(crash.verdict).toBe('crash');
  expect(cellToReport(record, crash.id)).toBe(crash);
  expect(() => cellToReport(record, 'poison/nonesuch')).toThrow('has no cell poison/nonesuch that deviates');
  expect(() => cellToReport({ ...record, cells: [] }, 'a')).toThrow(
    expect.objectContaining({ hint: 'Everything was as the scenarios expect.' }) as Error,
  );
});

test('its report begins with what the kernel did, and ends with the commit of a bisection', () => {
  const text = reportOfCell(record, crash, { sha: 'c0ffee'.repeat(6), subject: 'mm: a change' });
  expect(text).toMatch(/^Subject: \[REGRESSION\] .*dax_disassociate_entry\n/);
  expect(text).toContain('  npx hazmat run remove/shared-mappers --kernel debian:6.1\n');
  expect(text.trimEnd().split('\n').at(-1)).toBe(`#regzbot introduced: ${'c0ffee'.repeat(6)}`);
});

test('a series is a placeholder in the command, and a file of the user is only its name', () => {
  const own = { ...crash, scenario: '/home/dev/mine.yaml', kernel: 'tree:/home/dev/linux+/home/dev/a.mbox' };
  const text = reportOfCell(record, own);
  expect(text).not.toContain('/home/dev');
  expect(text).toContain('npx hazmat run mine.yaml --kernel tree:linux+SERIES');
});

test('a known bug needs no run; an unknown one is an error', () => {
  const text = reportOfBug('KB4', undefined);
  expect(text).toContain('fs/xfs/xfs_notify_failure.c:xfs_dax_notify_dev_failure');
  expect(text).toMatch(/npx hazmat run remove\/[\w-]+ --kernel \d/);
  expect(() => reportOfBug('KB999', undefined)).toThrow('there is no bug KB999 in kernels/bugs.yaml');
});

test('with a run that shows the bug the report has what was seen', () => {
  const cells = [{ ...crash, deviations: crash.deviations.map((one) => ({ ...one, bug: 'KB4' })) }];
  expect(reportOfBug('KB4', { ...record, cells })).toContain('What the kernel did:');
  expect(reportOfBug('KB4', { ...record, cells: [] })).not.toContain('What the kernel did:');
});
