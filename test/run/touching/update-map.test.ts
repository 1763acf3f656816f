// SPDX-License-Identifier: GPL-2.0-only
// From what a run has recorded to the map of its kernel's line, and to who uses a function.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { writeCellExecuted, type ExecutedPhase } from '../../../harness/kernel/executed/executed-file.ts';
import { writeSymbols } from '../../../harness/kernel/executed/kernel-symbols.ts';
import type { RunRecord } from '../../../harness/results/run-record.ts';
import { FunctionUse } from '../../../harness/run/coverage/function-use.ts';
import { executedCells, symbolsOf } from '../../../harness/run/coverage/read-executed.ts';
import { coverageFolder, symbolsFile } from '../../../harness/run/coverage/symbols.ts';
import { readCoverageMap } from '../../../harness/run/touching/coverage-map.ts';
import { updateMaps } from '../../../harness/run/touching/update-map.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { ended, facts, planned, recordOf } from '../../results/story.ts';

const key = 'vmlinux .text';
const symbols = {
  release: '6.12.1',
  sections: new Map([
    [key, ['boots', 'sets_up', 'acts', 'never'].map((name, at) => ({ name, start: at * 16, size: 16 }))],
  ]),
};
const at = (index: number): ExecutedPhase['sections'] => new Map([[key, [index * 16, index * 16 + 8]]]);

/** A run in `root` whose scenarios execute what they do in their steps, by the number of the function. */
function runIn(root: string, name: string, scenarios: Record<string, number[]>, id = 'kernel1'): RunRecord {
  const folder = path.join(root, name);
  const kernel = 'debian:6.12';
  const cells = Object.entries(scenarios).map(([scenario, functions]) => {
    const cell = ended(planned(scenario, kernel, { content: 'c0ffee' }));
    mkdirSync(path.join(folder, cell.folder), { recursive: true });
    writeCellExecuted(path.join(folder, cell.folder, 'coverage.json.gz'), coverageFolder(folder), {
      addresses: {},
      phases: [
        { phase: 'boot', sections: at(0) },
        { phase: 'setup', sections: at(1) },
        ...functions.map((index, step): ExecutedPhase => ({ phase: 'step', step, sections: at(index) })),
      ],
      unknown: 0,
    });
    return cell;
  });
  writeSymbols(symbolsFile(coverageFolder(folder), id), symbols);
  const record = recordOf({ cells, results: cells, kernels: [kernel] });
  return { ...record, folder, name, kernelFacts: [{ ...facts(kernel), id }], cells };
}

it('has what each scenario executes, and keeps what an earlier run has of the same kernel', async () => {
  const root = temporaryFolder();
  await updateMaps(runIn(root, 'one', { 'remove/a': [2], 'remove/b': [] }));
  await updateMaps(runIn(root, 'two', { 'remove/b': [2] }));
  const map = readCoverageMap(root, '6.12');
  expect([...(map?.symbols ?? [])]).toEqual(['boots', 'sets_up', 'acts', 'never']);
  expect([...(map?.scenarios ?? [])].map(([name, { run, steps }]) => [name, run, [...steps]])).toEqual([
    ['remove/a', 'one', ['acts']],
    ['remove/b', 'two', ['acts']],
  ]);
  expect([...(map?.scenarios.get('remove/a')?.boot ?? [])]).toEqual(['boots']);
  expect([...(map?.scenarios.get('remove/a')?.setup ?? [])]).toEqual(['sets_up']);
});

it('another kernel begins a new map of its line', async () => {
  const root = temporaryFolder();
  await updateMaps(runIn(root, 'one', { 'remove/a': [2] }));
  await updateMaps(runIn(root, 'two', { 'remove/b': [2] }, 'kernel2'));
  expect([...(readCoverageMap(root, '6.12')?.scenarios.keys() ?? [])]).toEqual(['remove/b']);
});

it('a run without what was executed, or of a kernel with a series, changes no map', async () => {
  const root = temporaryFolder();
  const run = runIn(root, 'one', { 'remove/a': [2] });
  await updateMaps({ ...run, kernelFacts: run.kernelFacts.map((one) => ({ ...one, patches: ['a patch'] })) });
  await updateMaps({ ...run, kernelFacts: run.kernelFacts.map((one) => ({ ...one, id: 'another' })) });
  expect(readCoverageMap(root, '6.12')).toBeUndefined();
});

it('says who uses a function, and how many of its bytes', () => {
  const run = runIn(temporaryFolder(), 'one', { 'remove/a': [2], 'remove/b': [0] });
  const kernel = 'debian:6.12';
  const found = symbolsOf(run, kernel);
  if (found === undefined) throw new Error('the run has symbols');
  const use = new FunctionUse(found, executedCells(run, kernel));
  const [boots, setsUp, acts, never] = found.sections.get(key) ?? [];
  const who = (symbol = acts) => (symbol === undefined ? undefined : use.users([symbol]));
  expect(who(acts)).toEqual({ boot: new Set(), setup: new Set(), steps: new Set(['remove/a']) });
  expect(who(boots)?.boot).toEqual(new Set(['remove/a', 'remove/b']));
  expect(who(boots)?.steps).toEqual(new Set(['remove/b']));
  expect(who(setsUp)?.setup.size).toBe(2);
  expect(who(never)).toEqual({ boot: new Set(), setup: new Set(), steps: new Set() });
  expect(acts && use.bytesOf(acts, key)).toBe(8);
  expect(setsUp && use.bytesOf(setsUp, key)).toBe(0);
});
