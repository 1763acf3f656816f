// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { kcidbReport } from '../../harness/report/kcidb.ts';
import { kcidbSchema } from '../../harness/report/kcidb-schema.ts';
import { designStory, ended, planned, recordOf } from '../results/story.ts';

const story = recordOf(designStory());
const record = { ...story, kernelFacts: story.kernelFacts.map((facts) => ({ ...facts, id: facts.version })) };
const bugTitles = new Map([['kernels/known/xfs-ag-wrap.md', 'XFS counts wrong']]);
const report = kcidbReport(record, { origin: 'us', bugTitles });

test('a checkout and a build for each kernel, a test for each cell, each with an id of its own', () => {
  expect([report.checkouts, report.builds, report.tests].map((list) => list?.length)).toEqual([3, 3, 12]);
  const ids = [report.checkouts, report.builds, report.tests, report.issues, report.incidents].flatMap(
    (list) => list?.map(({ id }) => id) ?? [],
  );
  expect(new Set(ids).size).toBe(ids.length);
  for (const { checkout_id } of report.builds ?? [])
    expect(report.checkouts?.map(({ id }) => id)).toContain(checkout_id);
  for (const { build_id } of report.tests ?? []) expect(report.builds?.map(({ id }) => id)).toContain(build_id);
  expect(report.builds?.[0]).toMatchObject({ architecture: 'x86_64', status: 'PASS', comment: '6.1.158+deb-amd64' });
});

test('one kernel that is booted in two ways is one checkout and two builds', () => {
  const same = { ...record, kernelFacts: record.kernelFacts.map((facts) => ({ ...facts, id: 'one' })) };
  const { checkouts, builds } = kcidbReport(same, { origin: 'us' });
  expect([checkouts?.length, new Set(builds?.map(({ id }) => id)).size]).toEqual([1, 3]);
});

test('the same run gives the same ids, another run other ones for its builds and tests', () => {
  expect(kcidbReport(record, { origin: 'us', bugTitles })).toEqual(report);
  const later = kcidbReport({ ...record, started: '2026-11-21T00:00:00.000Z' }, { origin: 'us' });
  expect(later.checkouts?.map(({ id }) => id)).toEqual(report.checkouts?.map(({ id }) => id));
  expect(later.tests?.[0]?.id).not.toBe(report.tests?.[0]?.id);
});

test('a verdict about the kernel is PASS or FAIL; what the harness did not manage is MISS', () => {
  const cells = ['a', 'b', 'c', 'd'].map((scenario) => planned(`x/${scenario}.1`, 'debian:6.12'));
  const [a, b, c] = cells;
  if (a === undefined || b === undefined || c === undefined) throw new Error('no cells');
  const results = [ended(a), ended(b, { verdict: 'error', why: 'QEMU died' }), ended(c, { verdict: 'skip' })];
  const { tests } = kcidbReport(recordOf({ kernels: ['debian:6.12'], cells, results }), { origin: 'us' });
  expect(tests?.map(({ path, status }) => [path, status])).toEqual([
    ['hazmat.x.a_1', 'PASS'],
    ['hazmat.x.b_1', 'MISS'],
    ['hazmat.x.c_1', 'SKIP'],
    ['hazmat.x.d_1', 'MISS'],
  ]);
  expect(tests?.[1]?.log_excerpt).toBe('QEMU died');
});

test('a known issue is an issue, with an incident that is present, or no longer', () => {
  const known = report.issues?.find(({ id }) => id === 'us:hazmat-kernels/known/xfs-ag-wrap.md');
  expect(known).toMatchObject({
    report_subject: 'XFS counts wrong',
    version: 1,
    culprit: { code: true, harness: false },
  });
  expect(report.incidents?.filter(({ issue_id }) => issue_id === known?.id)).toHaveLength(2);
  expect(report.incidents?.every(({ present }) => present === true)).toBe(true);
  const cell = planned('a', 'debian:6.12');
  const gone = ended(cell, { knownButPassed: { because: 'it was so', bug: 'KB4' } });
  const { incidents } = kcidbReport(recordOf({ kernels: ['debian:6.12'], cells: [cell], results: [gone] }), {
    origin: 'us',
  });
  expect(incidents).toEqual([expect.objectContaining({ issue_id: 'us:hazmat-KB4', present: false })]);
});

test('a kernel that could not be built is a build that failed', () => {
  const cell = planned('a', 'git:/src@HEAD');
  const results = [ended(cell, { verdict: 'unbuilt', why: 'fs/dax.c:7: error' })];
  const unbuilt = recordOf({ kernels: ['git:/src@HEAD'], cells: [cell], results });
  const { builds, checkouts, tests } = kcidbReport({ ...unbuilt, kernelFacts: [] }, { origin: 'us' });
  expect(builds?.[0]).toMatchObject({ status: 'FAIL', log_excerpt: 'fs/dax.c:7: error' });
  expect(checkouts?.[0]?.valid).toBe(false);
  expect(tests?.[0]?.status).toBe('MISS');
});

test('the schema takes nothing that KCIDB does not know', () => {
  const wrong: [string, object][] = [
    ['a null', { ...report, tests: null }],
    ['another version', { ...report, version: { major: 5, minor: 2 } }],
    ['a key of its own', { ...report, extra: 1 }],
    ['an id without an origin', { ...report, checkouts: [{ id: 'x', origin: 'us' }] }],
    ['a slash in a path', { ...report, tests: report.tests?.map((one) => ({ ...one, path: 'a/b' })) }],
    [
      'a verdict of hazmat as the status',
      { ...report, tests: report.tests?.map((one) => ({ ...one, status: 'HANG' })) },
    ],
    [
      'an excerpt that is too long',
      { ...report, tests: report.tests?.map((one) => ({ ...one, log_excerpt: 'x'.repeat(16_385) })) },
    ],
  ];
  for (const [name, value] of wrong) expect(kcidbSchema.safeParse(value).success, name).toBe(false);
  expect(kcidbSchema.safeParse(JSON.parse(JSON.stringify(report))).success).toBe(true);
});
