// SPDX-License-Identifier: GPL-2.0-only
// What the steps compute without a guest.

import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../harness/host/yaml/yaml.ts';
import { stepCommon } from '../../harness/scenario/schema.ts';
import { stepKinds } from '../../harness/scenario/steps.ts';
import { parseBadblocks } from '../../harness/scenario/steps/badblocks.ts';
import { runs } from '../../harness/scenario/steps/data.ts';
import { ranges } from '../../harness/scenario/steps/mappings.ts';
import { describeExit } from '../../harness/scenario/steps/run.ts';
import { driverOf } from '../../harness/scenario/steps/unbind.ts';
import { noteWritten } from '../../harness/scenario/steps/write.ts';
import { planStack } from '../storage/plan-stack.ts';

it.each([
  [[], ''],
  [[5], '5'],
  [[0, 1, 2, 3, 7], '0-3, 7'],
  [[1, 3, 5], '1, 3, 5'],
  [[0, 1, 3, 4], '0-1, 3-4'],
])('shortens pages %j', (pages, text) => expect(ranges(pages)).toBe(text));

describe('runs of pages that hold the same pattern', () => {
  it('breaks where the pattern changes', () => {
    expect(runs([1, 1, 2, 2, 1], new Set())).toEqual([
      { page: 0, pages: 2, seed: 1 },
      { page: 2, pages: 2, seed: 2 },
      { page: 4, pages: 1, seed: 1 },
    ]);
  });

  it('breaks around exceptions and pages of which nothing is known', () => {
    expect(runs([1, 1, 1, 0, 1], new Set([1]))).toEqual([
      { page: 0, pages: 1, seed: 1 },
      { page: 2, pages: 1, seed: 1 },
      { page: 4, pages: 1, seed: 1 },
    ]);
  });

  it('finds none where nothing is known', () => expect(runs([0, 0], new Set())).toEqual([]));
});

describe('the model of a file after a write', () => {
  const after = (offset: number, length: number): number[] => {
    const seeds = [1, 1, 1, 1];
    noteWritten(seeds, offset, length, 9);
    return seeds;
  };

  it.each([
    ['a whole page', 4096, 4096, [1, 9, 1, 1]],
    ['several', 0, 12288, [9, 9, 9, 1]],
    ['a page in part', 4096, 100, [1, 0, 1, 1]],
    ['across a boundary', 8000, 200, [1, 0, 0, 1]],
    ['from the middle of one to the end of the next', 2048, 6144, [0, 9, 1, 1]],
    ['to the end', 12288, 4096, [1, 1, 1, 9]],
    ['beyond the end', 12288, 8192, [1, 1, 1, 9, 9]],
    ['nothing', 4096, 0, [1, 1, 1, 1]],
  ])('%s', (_what, offset, length, seeds) => expect(after(offset, length)).toEqual(seeds));
});

describe('the list of bad blocks in sysfs', () => {
  it.each([
    ['', []],
    ['\n', []],
    ['264 8\n', [264, 265, 266, 267, 268, 269, 270, 271]],
    ['8 1\n1024 2\n', [8, 1024, 1025]],
  ])('%j', (text, sectors) => expect(parseBadblocks(text)).toEqual(sectors));
});

it('tells how a program in the guest ended', () => {
  const reply = { pid: 9, durationMs: 1, stdout: '', stderr: '', truncated: false };
  expect(describeExit({ ...reply, exit: 0 })).toBe('exit 0');
  expect(describeExit({ ...reply, exit: 32, stderr: 'umount: /mnt: target is busy.\n' })).toBe(
    'exit 32: umount: /mnt: target is busy.',
  );
  expect(describeExit({ ...reply, signal: 9 })).toBe('ended by signal 9');
});

describe('every kind of step', () => {
  it.each(stepKinds.map((kind) => [kind.key, kind] as const))(
    '%s has an example that its own schema takes, and a label',
    (key, kind) => {
      const value: unknown = parseYaml(kind.example, 'example').value;
      const [name, args] = typeof value === 'string' ? [value, null] : (Object.entries(value ?? {})[0] ?? []);
      expect(name).toBe(key);
      expect(kind.label(kind.schema.parse(args))).toMatch(/\S/);
      expect(kind.title).toMatch(/^[A-Zp].*[^.]$/);
      expect(Object.keys(stepCommon)).not.toContain(key);
    },
  );

  it('has a key of its own', () => expect(new Set(stepKinds.map(({ key }) => key)).size).toBe(stepKinds.length));
});

describe('the driver that unbind and bind mean', () => {
  const cell = {
    stack: planStack('- namespace: {name: pmem0}\n- devdax: {name: dax1.0}'),
    facts: {
      'pmem0 device': '/sys/devices/ndbus0/region0/pfn0.1',
      'dax1.0 device': '/sys/devices/ndbus0/region1/dax1.1',
    },
  };

  it.each([
    ['pmem0', undefined, '/sys/bus/nd/drivers/nd_pmem', 'pfn0.1'],
    ['dax1.0', undefined, '/sys/bus/nd/drivers/dax_pmem', 'dax1.1'],
    ['dax1.0', 'device_dax', '/sys/bus/dax/drivers/device_dax', 'dax1.0'],
  ] as const)('%s, %s', (device, driver, folder, name) =>
    expect(driverOf(cell, device, driver)).toEqual({ folder, name }),
  );
});
