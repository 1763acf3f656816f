// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { renderError } from '../../harness/host/errors.ts';
import { findRun, kernelOf, kernelPairs } from '../../harness/results/find-run.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { designStory, recordOf } from './story.ts';

function results(...names: string[]): string {
  const root = temporaryFolder();
  for (const name of names) {
    mkdirSync(path.join(root, name));
    writeFileSync(path.join(root, name, 'run.json'), '{}');
  }
  return root;
}

function told(act: () => unknown): string {
  try {
    return JSON.stringify(act());
  } catch (error) {
    return renderError(error);
  }
}

test('a run is found by its folder, as latest, and by its name, the newest of that name', () => {
  const [a, b, c] = ['2026-11-20T10-15-02-before', '2026-11-20T10-16-02-before-2', '2026-11-20T10-17-02-before-6.12'];
  const root = results(a, b, c);
  symlinkSync(c, path.join(root, 'latest'));
  expect(findRun(a, root)).toBe(path.join(root, a));
  expect(findRun(path.join(root, a), '/nowhere')).toBe(path.join(root, a));
  expect(findRun('latest', root)).toBe(path.join(root, c));
  expect(findRun('before', root)).toBe(path.join(root, b));
  expect(findRun('before-6.12', root)).toBe(path.join(root, c));
  expect(told(() => findRun('after', root))).toBe(
    `there is no run \`after\`\n  The newest are:\n  ${c}\n  ${b}\n  ${a}\n  "latest" is the first of them. A path to the folder of a run works too.`,
  );
  expect(told(() => findRun('after', path.join(root, 'none')))).toContain('There are no runs in ');
});

const run = { ...recordOf(designStory()), folder: '/results/one' };
const other = { ...run, folder: '/results/two' };
const alone = { ...run, folder: '/results/three', kernels: ['debian:7.2'] };

test('a kernel is meant by its spec, its short name or its version', () => {
  expect(['debian:6.12', '6.12', '6.12.107'].map((word) => kernelOf(run, word))).toEqual(Array(3).fill('debian:6.12'));
  expect(kernelOf({ ...run, kernels: ['6.12'] }, 'debian:6.12')).toBe('6.12');
  expect(told(() => kernelOf(run, '6.11'))).toBe(
    'the run one has no kernel 6.11\n  It has debian:6.1, debian:6.12, debian:7.2.',
  );
});

test('which kernels are compared', () => {
  const asked = { base: '6.12', tested: '7.2' };
  expect(kernelPairs(run, run, asked)).toEqual([{ base: 'debian:6.12', tested: 'debian:7.2' }]);
  expect(kernelPairs(alone, { ...alone, folder: '/results/four' }, {})).toEqual([
    { base: 'debian:7.2', tested: 'debian:7.2' },
  ]);
  expect(kernelPairs(run, alone, { base: '6.1' })).toEqual([{ base: 'debian:6.1', tested: 'debian:7.2' }]);
  expect(kernelPairs(run, other, {}).map(({ base, tested }) => [base, tested])).toEqual(
    run.kernels.map((kernel) => [kernel, kernel]),
  );
  expect(told(() => kernelPairs(run, run, {}))).toContain('Use --base KERNEL and --kernel KERNEL.');
  expect(told(() => kernelPairs(run, other, { base: '6.1' }))).toContain('name the two kernels to compare');
  expect(told(() => kernelPairs(run, run, { base: '7.2', tested: '7.2' }))).toContain(
    'debian:7.2 cannot be compared with itself in one run',
  );
});
