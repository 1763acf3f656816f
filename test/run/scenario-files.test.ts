// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { findScenarios } from '../../harness/scenario/load.ts';
import { planCells } from '../../harness/scenario/plan.ts';
import { scenarioFile } from '../../harness/run/scenario-files.ts';
import { temporaryFolder } from '../host/temporary.ts';

it('has the text, the tags and the content of a scenario that ships', () => {
  const found = scenarioFile('remove/shared-mappers');
  const [scenario] = findScenarios(['remove/shared-mappers']);
  if (scenario === undefined) throw new Error('no scenario');
  expect(found?.file).toBe('scenarios/remove/shared-mappers.yaml');
  expect(found?.text).toContain('unbind: pmem0');
  expect(found?.tags).toEqual(scenario.spec.tags);
  // The same as in the plan of a run on any kernel: a report compares them.
  expect(found?.content).toBe(planCells([scenario], ['7.2'], 3, ['--config', 'kasan'])[0]?.content);
  expect(found?.stepsOn('6.12.107')).toEqual(scenario.steps.map((_step, index) => index));
});

const yaml = (steps: string): string => `title: T
stack:
  - namespace: {name: pmem0}
  - xfs: {device: pmem0, mount: /mnt, mkfs: {reflink: false, rmapbt: true}}
steps:
${steps}
`;

it('knows which steps a kernel runs', () => {
  const file = path.join(temporaryFolder(), 'mine.yaml');
  writeFileSync(file, yaml('  - unmount: /mnt\n    kernels: "<6.1"\n  - unbind: pmem0'));
  const found = scenarioFile(file);
  expect(found?.file).toBe(file);
  expect([found?.stepsOn('6.0.19'), found?.stepsOn('6.12.1')]).toEqual([[0, 1], [1]]);
});

it('has nothing for what is gone, is a folder, or is no scenario any more', () => {
  const folder = temporaryFolder();
  const bad = path.join(folder, 'bad.yaml');
  writeFileSync(bad, yaml('  - explode: pmem0'));
  mkdirSync(path.join(folder, 'made'));
  for (const name of [path.join(folder, 'gone.yaml'), path.join(folder, 'made'), bad])
    expect(scenarioFile(name)).toBeUndefined();
});
