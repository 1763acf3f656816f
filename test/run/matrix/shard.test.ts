// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { planMatrix } from '../../../harness/run/matrix/load-matrix.ts';
import { shardOf } from '../../../harness/run/matrix/shard.ts';
import type { RunPlan } from '../../../harness/run/run-plan.ts';
import { parseYaml } from '../../../harness/host/yaml/yaml.ts';

const text = 'kernels: ["6.1", "6.12"]\nscenarios: [remove/ext4, poison/ars, remove/frozen, remove/dm-linear]';

function plan(durations: readonly (number | undefined)[] = []): RunPlan {
  const { cells, ...rest } = planMatrix(parseYaml(text, 'm.yaml'));
  return {
    ...rest,
    cells: cells.map((cell, index) => {
      const expectedMs = durations[index];
      return expectedMs === undefined ? cell : { ...cell, expectedMs };
    }),
  };
}

const parts = (whole: RunPlan, count: number): RunPlan[] =>
  Array.from({ length: count }, (_, index) => shardOf(whole, index + 1, count));

test('each cell is in exactly one part, with its place in the whole', () => {
  const whole = plan();
  const split = parts(whole, 3);
  const placed = split.flatMap(({ cells, shard }) => cells.map(({ id }, at) => [shard?.places[at], id] as const));
  expect(placed.sort(([a = 0], [b = 0]) => a - b)).toEqual(whole.cells.map(({ id }, place) => [place, id]));
});

test('parts take about equally long', () => {
  const whole = plan([9000, 100, 100, 100, 3000, 3000, 2000, 1000]);
  const sums = parts(whole, 2).map(({ cells }) => cells.reduce((sum, { expectedMs = 0 }) => sum + expectedMs, 0));
  expect(sums.sort((a, b) => a - b)).toEqual([9100, 9200]);
});

test('a kernel without a cell in a part is not in it', () => {
  const whole = plan([1, 1, 1, 1, 9000, 9000, 9000, 9000]);
  expect(parts(whole, 5).map(({ variants }) => variants.map(({ name }) => name))).toContainEqual(['6.1']);
});

test('the keys say whether two parts are of one plan and were split alike', () => {
  const [a, b] = [plan(), plan([5000, 1, 1, 1, 1, 1, 1, 1])].map((whole) => parts(whole, 2));
  const keys = [...(a ?? []), ...(b ?? [])].map(({ shard }) => [shard?.plan, shard?.split]);
  expect(new Set(keys.map(([whole]) => whole)).size).toBe(1);
  expect(new Set(keys.map(([, split]) => split)).size).toBe(2);
  const [cell, ...cells] = plan().cells;
  if (cell === undefined) throw new Error('no cell');
  const changed = shardOf({ ...plan(), cells: [{ ...cell, content: 'another' }, ...cells] }, 1, 2);
  expect(changed.shard?.plan).not.toBe(keys[0]?.[0]);
});
