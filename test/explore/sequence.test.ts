// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scenarioOf, sequences, type Sequence } from '../../harness/explore/sequence.ts';
import { settings } from '../../harness/explore/settings.ts';
import { loadScenario } from '../../harness/scenario/load.ts';
import { temporaryFolder } from '../host/temporary.ts';

/** A sequence of operations at given places: `[name, page, pages, who, what]`. */
function sequence(setting: string, ...choices: [string, number?, number?, number?, number?][]): Sequence {
  return {
    setting,
    choices: choices.map(([operation, page = 0, pages = 0, who = 0, what = 0]) => ({
      operation,
      page,
      pages,
      who,
      what,
    })),
  };
}

const steps = (...of: Parameters<typeof sequence>): string[] =>
  scenarioOf(sequence(...of))
    .text.split('steps:\n')[1]
    ?.trimEnd()
    .split('\n')
    .map((line) => line.trim().replace(/^- /, '')) ?? [];

test('every generated sequence is a scenario that the language takes, the same for the same seed', () => {
  const folder = temporaryFolder();
  const all = fc.sample(sequences(12), { seed: 1, numRuns: 60 });
  for (const [index, one] of all.entries()) {
    const file = path.join(folder, `${index}.yaml`);
    writeFileSync(file, scenarioOf(one).text);
    expect(loadScenario(file).steps.length).toBeGreaterThan(0);
  }
  expect(fc.sample(sequences(12), { seed: 1, numRuns: 60 })).toEqual(all);
  expect(new Set(all.map(({ setting }) => setting)).size).toBe(settings.length);
});

test('a bad block: reads stop before it, a fault on it gets SIGBUS, and a write of the page clears it', () => {
  const all = steps(
    'xfs',
    ['bad-block', 3],
    ['read', 1, 5],
    ['load', 3, 0, 0],
    ['load', 3, 0, 1],
    ['write', 3],
    ['read', 3],
  );
  expect(all.slice(0, 9)).toEqual([
    'poison: {route: badblocks, file: /mnt/data, page: 3}',
    'read: {file: /mnt/data, page: 1, pages: 2}',
    'touch: {processes: storer, page: 3, expect: {code: BUS_ADRERR, address: exact}}',
    'kernels: <6.6',
    'touch: {processes: storer, page: 3, expect: {code: BUS_MCEERR_AR, address: exact, lsb: 12}}',
    'kernels: ">=6.6"',
    // `early` had loaded from the page before it was bad.
    'touch: {processes: early, page: 3}',
    'write: {file: /mnt/data, page: 3, pages: 1}',
    'read: {file: /mnt/data, page: 3, pages: 1}',
  ]);
  expect(all).toContain('badblocks: {device: pmem0, expect: none}');
});

test('a store to a page of a clone gives it a block of its own: a bad block of the other file is not its own', () => {
  // storer stores to page 2 of /mnt/data, which /mnt/clone shares until then.
  const all = steps('xfs-reflink', ['store', 2, 0, 0], ['bad-block', 2], ['read', 2, 0, 0, 1]);
  expect(all[1]).toBe('poison: {route: badblocks, file: /mnt/data, page: 2}');
  expect(all[2]).toBe('read: {file: /mnt/clone, page: 2, pages: 1}');
  const shared = steps('xfs-reflink', ['bad-block', 2], ['read', 2, 0, 0, 1]);
  expect(shared[1]).toBe('read: {file: /mnt/clone, page: 2, pages: 1, returns: EIO}');
  expect(shared).toContain('badblocks: {device: pmem0, expect: [{page: 2, file: /mnt/data}]}');
});

test('a hole takes the page from who maps it, but not a copy of a process', () => {
  const all = steps('xfs', ['store', 1, 0, 3], ['punch-hole', 1], ['bad-block', 1]);
  expect(all[1]).toBe('fallocate: {file: /mnt/data, mode: punch-hole, page: 1, pages: 1}');
  expect(all).toContain('mappings: {processes: private, expect: [1]}');
  // The others may lose all of it.
  expect(all.filter((step) => step.startsWith('mappings: {processes: early'))).toEqual([]);
  // A hole has no block that could be bad.
  expect(all.filter((step) => step.startsWith('poison'))).toEqual([]);
});

test('memory_failure() signals only who asked to be killed early, and of a removed device everybody', () => {
  const failed = steps('xfs', ['memory-failure', 5]);
  expect(failed).toContain('signals: {processes: early, code: BUS_MCEERR_AO, address: page, lsb: 12, pages: [5]}');
  expect(failed).toContain('signals: {processes: late, expect: none}');
  expect(failed).toContain('data: {file: /mnt/data, except: [5]}');
  const removed = steps('xfs', ['bad-block', 1], ['remove']);
  expect(removed).toContain('signals: {processes: late, code: BUS_MCEERR_AO, address: mapped, lsb: 12}');
  expect(removed).toContain('badblocks: {device: pmem0, expect: none}');
});

test('a touch beyond the end of a shorter file is SIGBUS, also where a process had a copy', () => {
  const all = steps('ext4', ['store', 6, 0, 3], ['truncate', 3], ['load', 6, 0, 3]);
  expect(all[1]).toBe('truncate: {file: /mnt/data, pages: 4}');
  expect(all[2]).toBe('touch: {processes: private, page: 6, expect: {code: BUS_ADRERR, address: exact}}');
});
