// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { parseYaml } from '../../../harness/host/yaml/yaml.ts';
import { planMatrix } from '../../../harness/run/matrix/load-matrix.ts';
import type { RunPlan } from '../../../harness/run/run-plan.ts';
import { resourcesFor } from '../../../harness/run/slurm/resources.ts';

const lines = ['6.12', '7.2'];

function part(kernels: string, expectedMs?: number): RunPlan {
  const { cells, ...rest } = planMatrix(
    parseYaml(`kernels: [${kernels}]\nscenarios: [remove/ext4, remove/frozen]`, 'm.yaml'),
  );
  return { ...rest, cells: cells.map((cell) => (expectedMs === undefined ? cell : { ...cell, expectedMs })) };
}

test('a CPU a guest; RAM and NVDIMM of each guest, QEMU and the harness', () => {
  const { cpus, mebibytes } = resourcesFor([part('"6.12"')], lines, { jobs: 3 });
  expect(cpus).toBe(3);
  expect(mebibytes).toBe(3 * (512 + 1024 + 256) + 1024);
});

test('the time is that of the longest part, with three times what earlier runs took', () => {
  const hour = 3_600_000;
  const minutes = (parts: RunPlan[], jobs = 1): number => resourcesFor(parts, lines, { jobs }).minutes;
  expect(minutes([part('"6.12"', hour), part('"6.12"', 60_000)])).toBe(20 + 5 + 2 * 180);
  expect(minutes([part('"6.12"', hour)], 2)).toBe(20 + 5 + 180);
  // One cell takes as long as it takes, however many guests there are.
  expect(minutes([part('"6.12"', hour)], 8)).toBe(20 + 5 + 180);
});

test('a kernel that is built takes time and memory', () => {
  const [stock, built] = ['"6.12"', '"source:6.12"'].map((kernel) => resourcesFor([part(kernel)], lines, {}));
  expect((built?.minutes ?? 0) - (stock?.minutes ?? 0)).toBe(90);
  expect((built?.mebibytes ?? 0) - (stock?.mebibytes ?? 0)).toBe(3072);
});

test('what is said wins', () => {
  expect(resourcesFor([part('"6.12"')], lines, { cpus: 8, memory: '2G', minutes: 7 })).toEqual({
    ...{ cpus: 8, mebibytes: 2048, minutes: 7 },
  });
});
