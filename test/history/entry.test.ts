// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { entryOf, historyEntrySchema } from '../../harness/history/entry.ts';
import { designStory, recordOf } from '../results/story.ts';

test('an entry has what the key of a failure is made of, and fits its schema', () => {
  const entry = entryOf('2026-11-20T10-15-02-design', recordOf(designStory()));
  expect(historyEntrySchema.parse(JSON.parse(JSON.stringify(entry)))).toEqual(entry);
  expect(entry).toMatchObject({ hazmat: '0.1.0', qemu: '7.2.22', unfinished: 0 });
  const of = (id: string) => entry.cells.find((cell) => cell.id === id);
  expect(of('remove/shared-mappers@debian:6.12#1')).toEqual({
    id: 'remove/shared-mappers@debian:6.12#1',
    scenario: 'remove/shared-mappers',
    title: 'Unbinding the pmem driver signals every process that maps a file on it',
    kernel: 'debian:6.12',
    track: '6.12',
    line: '6.12',
    version: '6.12.107',
    kernelId: 'f00d',
    verdict: 'pass',
    expected: true,
    durationMs: 812,
  });
  expect(of('remove/rebind@debian:7.2#1')).toMatchObject({
    verdict: 'hang',
    expected: true,
    failure: 'hang:mf_dax_kill_procs',
    why: 'hang in unbind: CPU 1 spins in mf_dax_kill_procs',
    bug: 'kernels/known/xfs-ag-wrap.md',
  });
});
