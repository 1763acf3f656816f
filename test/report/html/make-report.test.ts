// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { compareSides } from '../../../harness/compare/compare.ts';
import type { ComparedCell, Side } from '../../../harness/compare/side.ts';
import { reportDataSchema } from '../../../harness/report/html/report-data.ts';
import type { ReportedRun } from '../../../harness/report/html/make-report.ts';
import { designStory, ended, oops, planned } from '../../results/story.ts';
import { report, reportedRun } from './reported-story.ts';

const parse = ({ data }: ReturnType<typeof report>) =>
  reportDataSchema.parse({ ...data, chunkOf: data.cells.map(() => -1) });

describe('the report of a run', () => {
  it('has every cell with its scenario and its kernel', () => {
    const data = parse(report());
    expect(data.cells).toHaveLength(12);
    expect(data.columns.map(({ label, version }) => `${label} ${version}`)).toEqual([
      '6.1 6.1.158',
      '6.12 6.12.107',
      '7.2 7.2.12',
    ]);
    const names = data.cells.map(
      (cell) => `${data.columns[cell.column]?.label} ${data.scenarios[cell.scenario]?.name}: ${cell.verdict}`,
    );
    expect(names).toContain('6.1 remove/rebind: crash');
    expect(names).toContain('6.1 mapper/unbind-under-linear: skip');
    expect(data.scenarios[0]?.tags).toEqual(['unbind', 'mapper']);
  });

  it('puts what needs attention in order, one entry a cause', () => {
    const { attention, cells } = parse(report());
    expect(attention.map(({ kind, title }) => `${kind}: ${title}`)).toEqual([
      'unexpected: BUG: kernel NULL pointer dereference in dax_disassociate_entry',
    ]);
    expect(attention[0]?.cells.map((index) => cells[index]?.verdict)).toEqual(['crash', 'crash']);
  });

  it('has planned cells without a verdict, as such', () => {
    const cells = ['debian:6.1', 'debian:7.2'].map((kernel) => planned('poison/load', kernel));
    const story = {
      kernels: ['debian:6.1', 'debian:7.2'],
      cells,
      results: cells.slice(0, 1).map((cell) => ended(cell)),
      cutOff: true,
    };
    const data = parse(report([reportedRun(story)]));
    expect(data.cells.map(({ verdict }) => verdict)).toEqual(['pass', 'not run']);
    expect(data.attention).toEqual([{ kind: 'not run', title: 'planned, and the run ended before', cells: [1] }]);
    expect(data.runs[0]?.interrupted).toBe(true);
  });

  it('has the kernel log of cells that did not pass only', () => {
    const { data, details } = report([
      reportedRun(designStory(), { texts: () => [['dmesg.txt', '[    1.000000] a line']] }),
    ]);
    for (const [index, cell] of data.cells.entries()) {
      expect(details.get(index)?.log !== undefined, cell.verdict).toBe(cell.verdict !== 'pass');
    }
  });

  it('has the YAML next to the steps', () => {
    const { details } = report();
    expect(details.get(0)?.source?.steps).toEqual([
      [2, 2],
      [3, 3],
    ]);
  });
});

function side(run: ReportedRun, kernel: string): Side {
  const { record } = run;
  const cells = record.cells.filter((cell) => cell.kernel === kernel);
  const steps = [
    { index: 0, step: 'unbind', label: 'pmem0', outcome: 'ok' as const, seen: 'unbound', durationMs: 1, ms: 0 },
    { index: 1, step: 'signals', label: 'to mappers', outcome: 'ok' as const, seen: '3', durationMs: 1, ms: 0 },
  ];
  return {
    run: '2026-11-20T10-15-02-design',
    folder: record.folder,
    command: record.command,
    started: record.started,
    kernel,
    label: kernel,
    version: '6.12.1',
    environment: record.environment,
    unfinished: [],
    cells: cells.map((cell): ComparedCell => ({ ...cell, version: 2, steps, signals: [] })),
  };
}

it('shows the two cells of a comparison side by side, with their logs where something changed', () => {
  const kernels = ['debian:6.1', 'debian:7.2'];
  const cells = kernels.map((kernel) => planned('remove/rebind', kernel));
  const [left, right] = cells;
  if (left === undefined || right === undefined) throw new Error('no cells');
  const results = [ended(left), ended(right, oops)];
  const run = reportedRun(
    { name: 'design', kernels, cells, results },
    {
      texts: () => [['dmesg.txt', '[    1.000000] a line']],
      steps: (id) => {
        const one = { id, index: 0, step: 'unbind', label: 'pmem0' };
        const bad = id.includes('7.2');
        return [
          { type: 'step-started', ...one },
          {
            type: 'step-ended',
            ...one,
            outcome: bad ? 'ended' : 'ok',
            seen: bad ? 'the kernel crashed' : 'unbound',
            durationMs: 1,
          },
          ...(bad ? [] : [{ type: 'step-started' as const, ...one, index: 1, step: 'mount', label: '/mnt' }]),
        ];
      },
    },
  );
  const comparison = compareSides(side(run, 'debian:6.1'), side(run, 'debian:7.2'));
  const made = report([run], { comparisons: [comparison] });
  const shown = parse(made).comparisons[0];
  expect([shown?.baseColumn, shown?.testedColumn]).toEqual([0, 1]);
  expect(shown?.scenarios[0]?.sides).toEqual({
    base: 0,
    tested: 1,
    pairs: [
      [0, 0],
      [1, null],
    ],
    first: 0,
  });
  expect(made.details.get(0)?.log).toHaveLength(1);
});

it('numbers scenarios of earlier nights that the run no longer has', () => {
  const night = { ...reportedRun().record, cells: [ended(planned('old/gone', 'debian:6.12'))] };
  const { history, scenarios } = parse(report([reportedRun()], { nights: [night, reportedRun().record] }));
  const gone = scenarios.findIndex(({ name }) => name === 'old/gone');
  expect(history?.rows.find(({ scenario }) => scenario === gone)?.nights[1]).toBeNull();
});
