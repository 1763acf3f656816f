// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { planMatrix } from '../../../harness/run/matrix/load-matrix.ts';
import { lastFailed } from '../../../harness/run/matrix/last-failed.ts';
import { parseYaml } from '../../../harness/host/yaml/yaml.ts';
import { entryOf } from '../../../harness/history/entry.ts';
import { failed, night, nightName } from '../../history/histories.ts';

test('what was as expected the last time is left out; failures, errors and what is new stay', () => {
  const names = ['remove/ext4', 'poison/ars', 'remove/frozen', 'remove/dm-linear', 'remove/partition'];
  const plan = planMatrix(parseYaml(`kernels: ["6.12"]\nscenarios: [${names.join(', ')}]`, 'm.yaml'));
  const [ext4 = '', ars = '', frozen = '', linear = ''] = names;
  const entries = [
    entryOf(nightName(1), night(1, { [ext4]: {}, [ars]: failed(), [frozen]: failed() }, '6.12')),
    entryOf(nightName(2), night(2, { [ext4]: failed(), [ars]: {}, [linear]: { verdict: 'error' } }, '6.12')),
    entryOf(nightName(3), night(3, { [linear]: {}, [frozen]: {} }, '7.2')),
    entryOf(nightName(4), night(4, { [frozen]: failed('x', { expected: true }) }, '6.12')),
  ];
  const { cells, dropped } = lastFailed(plan, entries);
  expect(cells.map(({ scenario }) => scenario)).toEqual([ext4, linear, 'remove/partition']);
  expect(dropped.map(({ scenario, why }) => [scenario, why])).toEqual([
    [ars, `as expected the last time: pass in ${nightName(2)}`],
    [frozen, `as expected the last time: fail in ${nightName(4)}`],
  ]);
});
