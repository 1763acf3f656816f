// SPDX-License-Identifier: GPL-2.0-only
// A run for KCIDB, the database of kernel test results of KernelCI: a checkout and a build for each kernel, a test for each
// cell, an issue for each known bug, and an incident for each cell that shows it or no longer does. Pure.

import { createHash } from 'node:crypto';
import type { CellResult, PlannedCell } from '../results/events.ts';
import type { RunRecord } from '../results/run-record.ts';
import { isKnown } from '../results/verdicts.ts';
import { deviationLines, isEnded, notRunReason, settledLines } from './cell-lines.ts';
import { kcidbSchema, type Kcidb } from './kcidb-schema.ts';

export interface KcidbOptions {
  /** The name of who submits, as KernelCI gave it: lower case letters, digits and underscores. */
  origin: string;
  /** Title of a bug by its name: `KB4`. */
  bugTitles?: ReadonlyMap<string, string>;
}

type Of<K extends keyof Kcidb> = NonNullable<Kcidb[K]> extends (infer T)[] ? T : never;

/** Raised when what hazmat says of an issue changes its form. */
const issueVersion = 1;
const mostExcerpt = 16_384;

/** The report; it fits kcidbSchema. */
export function kcidbReport(record: RunRecord, options: KcidbOptions): Kcidb {
  const { origin } = options;
  const idOf = (kind: string, ...parts: string[]): string => `${origin}:${kind}-${sha256(parts.join('|'))}`;
  const cells = [...record.cells, ...record.unfinished];
  const kernels = record.kernels.map((kernel) => ({
    kernel,
    checkoutId: idOf('ck', ...identityOf(record, kernel)),
    buildId: idOf('b', ...identityOf(record, kernel), kernel, record.started),
  }));
  const issues = new Map<string, Of<'issues'>>();
  const incidents: Of<'incidents'>[] = [];
  const tests = cells.flatMap((cell): Of<'tests'>[] => {
    const at = kernels.find(({ kernel }) => kernel === cell.kernel);
    if (at === undefined) return [];
    const id = idOf('t', record.name, record.started, cell.id);
    const known = isEnded(cell) ? (isKnown(cell) ? cell.known : cell.knownButPassed) : undefined;
    if (known !== undefined && isEnded(cell)) {
      const issueId = known.bug === undefined ? idOf('i', known.because) : `${origin}:hazmat-${known.bug}`;
      issues.set(issueId, issueOf(issueId, known, options));
      incidents.push({
        id: idOf('in', issueId, id),
        origin,
        issue_id: issueId,
        issue_version: issueVersion,
        test_id: id,
        present: isKnown(cell),
      });
    }
    return [testOf(record, cell, { id, origin, buildId: at.buildId })];
  });
  return kcidbSchema.parse({
    version: { major: 5, minor: 3 },
    // Two kernels of a matrix may differ only in how they are booted.
    checkouts: [
      ...new Map(
        kernels.map(({ kernel, checkoutId: id }) => [id, checkoutOf(record, kernel, { id, origin })] as const),
      ).values(),
    ],
    builds: kernels.map(({ kernel, checkoutId, buildId }) =>
      buildOf(record, kernel, { id: buildId, origin, checkout_id: checkoutId }),
    ),
    tests,
    issues: [...issues.values()],
    incidents,
  });
}

/** What makes a kernel the same in two runs. */
function identityOf(record: RunRecord, kernel: string): string[] {
  const facts = record.kernelFacts.find((one) => one.kernel === kernel);
  return facts === undefined ? [record.name, record.started, kernel] : [facts.id];
}

function checkoutOf(record: RunRecord, kernel: string, ids: Pick<Of<'checkouts'>, 'id' | 'origin'>): Of<'checkouts'> {
  const facts = record.kernelFacts.find((one) => one.kernel === kernel);
  return {
    ...ids,
    ...(facts === undefined ? { comment: kernel } : { git_commit_name: `v${facts.version}`, comment: facts.origin }),
    // Without a series, there is none: KCIDB writes that as an empty hash.
    ...(kernel.includes('+') ? {} : { patchset_hash: '' }),
    start_time: record.started,
    valid: facts !== undefined || !isUnbuilt(record, kernel),
    misc: { hazmat_kernel: kernel },
  };
}

function buildOf(
  record: RunRecord,
  kernel: string,
  ids: Pick<Of<'builds'>, 'id' | 'origin' | 'checkout_id'>,
): Of<'builds'> {
  const facts = record.kernelFacts.find((one) => one.kernel === kernel);
  const variant = record.variants?.find(({ name }) => name === kernel);
  const why = record.cells.find((cell) => cell.kernel === kernel && cell.verdict === 'unbuilt')?.why;
  return {
    ...ids,
    architecture: 'x86_64',
    status: facts !== undefined ? 'PASS' : isUnbuilt(record, kernel) ? 'FAIL' : 'MISS',
    ...(facts === undefined ? {} : { comment: facts.release }),
    ...(variant === undefined || variant.config.length === 0 ? {} : { config_name: variant.config.join('+') }),
    ...(why === undefined ? {} : { log_excerpt: why.slice(0, mostExcerpt) }),
  };
}

function isUnbuilt(record: RunRecord, kernel: string): boolean {
  return record.cells.some((cell) => cell.kernel === kernel && cell.verdict === 'unbuilt');
}

function testOf(
  record: RunRecord,
  cell: CellResult | PlannedCell,
  { id, origin, buildId }: { id: string; origin: string; buildId: string },
): Of<'tests'> {
  const { qemu = '', hazmat = '', host = '' } = record.environment;
  const common = {
    id,
    origin,
    build_id: buildId,
    path: pathOf(cell.scenario),
    environment: { comment: `QEMU ${qemu}`, misc: { qemu, hazmat, host } },
  };
  const misc = { hazmat_run: record.name, hazmat_cell: cell.id, reproduce: cell.reproduce };
  if (!isEnded(cell)) return { ...common, status: 'MISS', comment: `not run: ${notRunReason(record)}`, misc };
  const lines = [cell.why, ...settledLines(cell), ...cell.deviations.flatMap((one) => deviationLines(cell, one))];
  return {
    ...common,
    status: statusOf(cell),
    comment: cell.title,
    duration: cell.durationMs / 1000,
    ...(cell.verdict === 'pass' ? {} : { log_excerpt: lines.join('\n').slice(0, mostExcerpt) }),
    misc: {
      ...misc,
      verdict: cell.verdict,
      expected: cell.expected,
      ...(cell.reused === undefined ? {} : { taken_over_from: cell.reused.run }),
      ...(cell.firstTry === undefined ? {} : { first_try: cell.firstTry.why }),
    },
  };
}

/** An infrastructure error says nothing about the kernel: the harness missed to run the test. */
function statusOf({ verdict }: CellResult): NonNullable<Of<'tests'>['status']> {
  switch (verdict) {
    case 'pass':
      return 'PASS';
    case 'skip':
      return 'SKIP';
    case 'error':
    case 'unbuilt':
      return 'MISS';
    default:
      return 'FAIL';
  }
}

/** `remove/shared-mappers` is `hazmat.remove.shared-mappers`. */
function pathOf(scenario: string): string {
  const parts = scenario.replace(/\.yaml$/, '').split('/');
  return ['hazmat', ...parts.map((part) => part.replaceAll(/[^a-zA-Z0-9_-]+/g, '_')).filter(Boolean)].join('.');
}

function issueOf(
  id: string,
  { because, bug }: NonNullable<CellResult['known']>,
  { origin, bugTitles }: KcidbOptions,
): Of<'issues'> {
  const subject = bug === undefined ? undefined : bugTitles?.get(bug);
  return {
    id,
    version: issueVersion,
    origin,
    report_subject: subject ?? because,
    culprit: { code: true, tool: false, harness: false },
    comment: because,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
