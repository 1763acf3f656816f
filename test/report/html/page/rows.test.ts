// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { moved } from '../../../../harness/report/html/page/overview/move.ts';
import {
  classCounts,
  matches,
  overviewRows,
  scenarioRows,
  shownColumns,
  wayCounts,
  type OverviewRow,
} from '../../../../harness/report/html/page/overview/rows.ts';
import type { ReportData } from '../../../../harness/report/html/report-data.ts';
import { ended, oops, planned } from '../../../results/story.ts';
import { report, reportedRun } from '../reported-story.ts';

function dataOf(...args: Parameters<typeof report>): ReportData {
  const { data } = report(...args);
  return { ...data, chunkOf: data.cells.map(() => -1) };
}

const data = dataOf();
const rows = scenarioRows(data);

/** Names of scenarios, headings as `[name]`. */
function shown(route: Parameters<typeof overviewRows>[2]): string[] {
  return overviewRows(data, rows, route).map((row) =>
    row.type === 'group' ? `[${row.name}]` : (data.scenarios[row.scenario]?.name ?? ''),
  );
}

describe('the rows of the overview', () => {
  it('are grouped by directory, or by tag with a row under each tag', () => {
    const remove = ['remove/rebind', 'remove/shared-mappers'];
    expect(shown({})).toEqual([
      '[mapper]',
      'mapper/unbind-under-linear',
      '[poison]',
      'poison/load',
      '[remove]',
      ...remove,
    ]);
    expect(shown({ group: 'tag', q: 'rebind' })).toEqual(['[remove]', 'remove/rebind', '[unbind]', 'remove/rebind']);
  });

  it('are filtered by class, kernel and words', () => {
    expect(shown({ show: 'unexpected' })).toEqual(['[remove]', 'remove/rebind', 'remove/shared-mappers']);
    expect(shown({ show: 'unexpected', kernel: '7.2' })).toEqual([]);
    expect(shown({ show: 'known,skip', kernel: '6.1' })).toEqual(['[mapper]', 'mapper/unbind-under-linear']);
    expect(shown({ q: 'DAX_disassociate or no' })).toEqual([]);
    expect(shown({ q: 'hang blockcount' })).toEqual([]);
    expect(shown({ q: 'oops' })).toEqual(['[remove]', 'remove/rebind', 'remove/shared-mappers']);
  });

  it('ignore filters that name nothing', () => {
    expect(shown({ show: 'nonsense' })).toEqual(shown({}));
    expect(shownColumns(data, { kernel: 'gone' })).toEqual([0, 1, 2]);
  });

  it('count the cells of a group', () => {
    const group = overviewRows(data, rows, {}).find((row) => row.type === 'group' && row.name === 'remove');
    expect(group).toMatchObject({ counts: { unexpected: 2, known: 2, pass: 2, lost: 0, skip: 0 } });
    expect(classCounts(data)).toEqual({ unexpected: 2, lost: 0, known: 4, pass: 5, skip: 1 });
  });

  it('show of repetitions the worst, and how many are like it', () => {
    const cells = [1, 2, 3].map((repeat) => planned('poison/load', 'debian:7.2', { repeat, repeats: 3 }));
    const results = cells.map((cell) => ended(cell, cell.repeat === 1 ? {} : oops));
    const [row] = scenarioRows(dataOf([reportedRun({ kernels: ['debian:7.2'], cells, results })]));
    expect(row?.fields[0]).toEqual({ cell: 1, kind: 'unexpected', of: 3, same: 2, ways: [] });
  });

  it('show what was taken over, and what was run twice, and are filtered by it', () => {
    const firstTry = { why: 'QEMU ended', durationMs: 900, folder: 'first-try' };
    const cells = ['poison/a', 'poison/b', 'poison/c'].map((name) => planned(name, 'debian:7.2'));
    const [a, b, c] = cells;
    if (a === undefined || b === undefined || c === undefined) throw new Error('no cells');
    const results = [
      ended(a, { reused: { run: 'monday' } }),
      ended(b, { reused: { run: 'monday' }, firstTry }),
      ended(c),
    ];
    const marked = dataOf([reportedRun({ kernels: ['debian:7.2'], cells, results })]);
    expect(marked.cells.map(({ reused, firstTry: first }) => [reused, first?.why])).toEqual([
      ['monday', undefined],
      ['monday', 'QEMU ended'],
      [undefined, undefined],
    ]);
    expect(wayCounts(marked)).toEqual({ reused: 2, retried: 1 });
    const all = scenarioRows(marked);
    const found = (route: Parameters<typeof overviewRows>[2]) =>
      overviewRows(marked, all, route).flatMap((row) => (row.type === 'group' ? [] : row.scenario));
    expect(found({ how: 'reused' })).toEqual([0, 1]);
    expect(found({ how: 'retried' })).toEqual([1]);
    expect(found({ q: 'second try' })).toEqual([1]);
  });
});

it('a search finds all words, in any order and case', () => {
  expect([matches('Remove/Rebind', 'bind REMOVE'), matches('remove', 'remove bind'), matches('x', '')]).toEqual([
    true,
    false,
    true,
  ]);
});

describe('keys in the table', () => {
  const group: OverviewRow = {
    type: 'group',
    name: 'g',
    counts: { unexpected: 0, lost: 0, known: 0, pass: 0, skip: 0 },
  };
  const row: OverviewRow = { type: 'scenario', scenario: 0, fields: [] };
  const table = [group, row, row, group, row];
  const from = (place: { row: number; column: number }, key: string | undefined) => moved(table, 2, place, key, 2);

  it('pass over headings', () => {
    expect(from({ row: 2, column: 1 }, 'ArrowDown')).toEqual({ row: 4, column: 1 });
    expect(from({ row: 4, column: 1 }, 'ArrowUp')).toEqual({ row: 2, column: 1 });
  });

  it('stay inside, and say so by the same place', () => {
    for (const [place, key] of [
      [{ row: 1, column: 0 }, 'ArrowLeft'],
      [{ row: 1, column: 1 }, 'ArrowRight'],
      [{ row: 1, column: 0 }, 'ArrowUp'],
      [{ row: 4, column: 0 }, 'ArrowDown'],
      [{ row: 4, column: 0 }, 'x'],
    ] as const) {
      expect(from(place, key)).toBe(place);
    }
  });

  it('go to both ends and by pages', () => {
    expect(from({ row: 4, column: 1 }, 'Home')).toEqual({ row: 1, column: 1 });
    expect(from({ row: 1, column: 0 }, 'End')).toEqual({ row: 4, column: 0 });
    expect(from({ row: 1, column: 0 }, 'PageDown')).toEqual({ row: 4, column: 0 });
    expect(from({ row: 4, column: 0 }, 'PageUp')).toEqual({ row: 2, column: 0 });
  });

  it('find a place again that a filter took away', () => {
    expect(from({ row: 0, column: 0 }, undefined)).toEqual({ row: 1, column: 0 });
    expect(from({ row: 99, column: 9 }, undefined)).toEqual({ row: 4, column: 1 });
  });
});
