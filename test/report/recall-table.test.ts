// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { MutantOutcome } from '../../harness/compare/kills.ts';
import { recallByArea, recallTable, type ShownFix } from '../../harness/report/recall-table.ts';

function fix(name: string, area: string, more: Partial<ShownFix> = {}): ShownFix {
  return {
    name,
    killedBy: [{ scenario: `poison/${name}`, step: 'read' }],
    fix: `nvdimm: fix ${name}`,
    fixedIn: '6.0',
    newScenarios: [],
    notNoticed: undefined,
    area,
    ...more,
  };
}

function outcome(name: string, what: MutantOutcome['outcome']): MutantOutcome {
  const kill = { scenario: `poison/${name}`, step: 'read', verdict: 'fail', why: '', right: true, folder: '' };
  return { mutant: name, outcome: what, kills: what === 'killed' ? [kill] : [], missed: [], noVerdict: [] };
}

const rows = [
  { fix: fix('a', 'nvdimm'), outcome: outcome('a', 'killed') },
  { fix: fix('b', 'nvdimm', { newScenarios: ['poison/b'] }), outcome: outcome('b', 'killed') },
  { fix: fix('c', 'nvdimm'), outcome: outcome('c', 'survived') },
  { fix: fix('d', 'XFS', { killedBy: [], notNoticed: 'no hardware' }), outcome: undefined },
];

test('recall: a fix counts before its own scenario only where another one notices, and not at all where none did', () => {
  const table = recallByArea(rows).split('\n');
  expect(table).toContain('| nvdimm | 3 | 1 (33 %) | 2 (67 %) |');
  expect(table).toContain('| XFS | 1 | 0 (0 %) | 0 (0 %) |');
  expect(table.at(-1)).toBe('| all | 4 | 1 (25 %) | 2 (50 %) |');
});

test('each fix says who noticed, or why none can', () => {
  const table = recallTable(rows).split('\n');
  expect(table).toContain('| nvdimm | nvdimm: fix a | 6.0 | yes | poison/a (read) |');
  expect(table).toContain('| nvdimm | nvdimm: fix c | 6.0 | SURVIVED |  |');
  expect(table).toContain('| XFS | nvdimm: fix d | 6.0 | no | no hardware |');
});

test('what was not run is as its patch says', () => {
  expect(recallByArea([{ fix: fix('a', 'nvdimm'), outcome: undefined }])).toContain(
    '| all | 1 | 1 (100 %) | 1 (100 %) |',
  );
});
