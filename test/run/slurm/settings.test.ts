// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { parseYaml } from '../../../harness/host/yaml/yaml.ts';
import { planMatrix } from '../../../harness/run/matrix/load-matrix.ts';
import { withWords } from '../../../harness/run/slurm/settings.ts';

test('what the command line says wins over the file; sbatch options add up', () => {
  const { slurm } = planMatrix(
    parseYaml(
      'kernels: ["6.12"]\nscenarios: [remove/ext4]\nslurm: {parts: 4, partition: guests, sbatch: [--account=pmem]}',
      'm.yaml',
    ),
  );
  expect(withWords(slurm, ['parts=2', 'cache=/var/tmp/%N', 'sbatch=--qos=low', 'sbatch=--constraint=a|b'])).toEqual({
    ...{ parts: 2, partition: 'guests', cache: '/var/tmp/%N' },
    sbatch: ['--account=pmem', '--qos=low', '--constraint=a|b'],
  });
});

test.each([
  ['partitions=x', 'did you mean `partition`?'],
  ['parts', 'it must be KEY=VALUE'],
  ['parts=none', 'parts=none'],
  ['parts=0', 'parts=0'],
  ['folder=results', 'an absolute path'],
  ['memory=lots', 'a size such as 4G'],
  ['sbatch=account', 'an option, such as --account=NAME'],
])('--slurm %s is refused', (word, message) => {
  expect(() => withWords({}, [word])).toThrow(message);
});

test('a mistake in the file is reported with its place', () => {
  const file = parseYaml('kernels: ["6.12"]\nslurm:\n  partitions: guests', 'm.yaml');
  expect(() => planMatrix(file)).toThrow('did you mean `partition`?');
});
