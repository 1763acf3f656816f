// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseYaml } from '../../../harness/host/yaml/yaml.ts';
import { planMatrix } from '../../../harness/run/matrix/load-matrix.ts';
import { shardOf } from '../../../harness/run/matrix/shard.ts';
import { replanned } from '../../../harness/run/resume.ts';
import { sbatchArgv } from '../../../harness/run/slurm/client.ts';
import {
  createSubmission,
  findSubmission,
  mergedSubmissions,
  partOf,
  readPlan,
  readSubmission,
  writeSubmission,
  type Submission,
} from '../../../harness/run/slurm/submission.ts';
import { temporaryFolder } from '../../host/temporary.ts';

const { slurm: _slurm, ...plan } = planMatrix(
  parseYaml('kernels: ["6.12", "7.2"]\nscenarios: [remove/ext4, remove/frozen, poison/ars]', 'm.yaml'),
);
const parts = [1, 2].map((index) => shardOf(plan, index, 2));
const submission: Submission = {
  ...{ version: 1, name: 'night', command: 'npx hazmat matrix night.yaml', jobName: '', parts: 2, jobs: 2, cpus: 2 },
  ...{ mebibytes: 4096, minutes: 30, sbatch: ['--account=pmem'], cwd: '/src', results: '/results', batches: [] },
  settling: { fresh: false, imported: false, reuse: false },
};

test('the plan of a part is read back with its scenarios', () => {
  const folder = createSubmission(temporaryFolder(), submission, parts);
  expect(readdirSync(folder).sort()).toEqual(['logs', 'part-1', 'part-2', 'submission.json']);
  const read = readPlan(folder, 2);
  expect({ ...read, cells: replanned(read.cells) }).toEqual(parts[1]);
  expect(() => partOf('3', readSubmission(folder))).toThrow('from 1 to 2');
});

test('it is found by its folder and by its name, until it was merged', () => {
  const root = temporaryFolder();
  const folder = createSubmission(root, submission, parts);
  const again = createSubmission(root, submission, parts);
  expect(path.basename(again)).not.toBe(path.basename(folder));
  expect(findSubmission('night', root)).toBe(again);
  expect(findSubmission(path.basename(folder, '.slurm'), root)).toBe(folder);
  expect(findSubmission('latest', root)).toBeUndefined();
  writeSubmission(again, { ...readSubmission(again), merged: '/results/night' });
  expect(findSubmission('night', root)).toBe(folder);
  expect(mergedSubmissions(root)).toEqual([path.basename(again)]);
  writeFileSync(path.join(again, 'submission.json'), '{');
  expect(mergedSubmissions(root)).toEqual([]);
});

test('sbatch is asked for a job array that Slurm starts again when a node is lost', () => {
  const argv = sbatchArgv(
    '/shared/100%/x.slurm',
    { ...submission, jobName: 'hazmat-x', partition: 'guests' },
    [1, 3],
    45,
  );
  expect(argv.slice(0, -6)).toEqual([
    ...['sbatch', '--parsable', '--job-name=hazmat-x', '--array=1,3', '--requeue', '--open-mode=append'],
    ...['--output=/shared/100%%/x.slurm/logs/%A_%a.txt', '--export=ALL', '--chdir=/src', '--nodes=1', '--ntasks=1'],
    ...['--cpus-per-task=2', '--mem=4096M', '--time=45', '--partition=guests', '--account=pmem'],
  ]);
  expect(argv.slice(-3)).toEqual(['matrix', '--part', '/shared/100%/x.slurm']);
});
