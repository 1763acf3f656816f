// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { Side } from '../../harness/compare/side.ts';
import { contentNotes, environmentNotes } from '../../harness/compare/side-notes.ts';
import { pass, side } from './compared.ts';

const base = side('debian:6.12', { a: [pass], b: [pass] });
const tested = side('debian:7.2', { a: [pass], b: [pass] });
const withContent = (one: Side, content: string | undefined): Side => ({
  ...one,
  cells: one.cells.map(({ content: _, ...cell }) => (content === undefined ? cell : { ...cell, content })),
});

test('the same environment needs no note, and times can be compared', () => {
  expect(environmentNotes(base, tested)).toEqual({ notes: [], sameMachine: true });
});

test('another hazmat or QEMU is noted, and times are then not compared', () => {
  const other = { ...tested, environment: { ...tested.environment, hazmat: '0.2.0', qemu: '8.0.0' } };
  expect(environmentNotes(base, other)).toEqual({
    notes: [
      'hazmat differs: 0.1.0 for base, 0.2.0 for tested',
      'qemu differs: 7.2.22 for base, 8.0.0 for tested',
      'times are not compared: the two runs had different versions of hazmat, host or QEMU',
    ],
    sameMachine: false,
  });
});

test('another guest program is noted, but times can be compared; checkout and Node do not matter', () => {
  const withPrograms = (one: Side, xfsprogs: string, checkout: string): Side => ({
    ...one,
    environment: { ...one.environment, 'guest xfsprogs': xfsprogs, checkout, node: checkout },
  });
  expect(environmentNotes(withPrograms(base, '6.13', '/a'), withPrograms(tested, '6.14', '/b'))).toEqual({
    notes: ['guest xfsprogs differs: 6.13 for base, 6.14 for tested'],
    sameMachine: true,
  });
});

test('two kernels of one run share everything', () => {
  const other = { ...tested, folder: base.folder, environment: {} };
  expect(environmentNotes(base, other)).toEqual({ notes: [], sameMachine: true });
  expect(contentNotes(base, withContent(other, 'beef'))).toEqual([]);
});

test('scenarios that changed, and runs that do not record it, are noted', () => {
  expect(contentNotes(base, tested)).toEqual([]);
  expect(contentNotes(base, withContent(tested, 'beef'))).toEqual(['these scenarios changed between the runs: a, b']);
  expect(contentNotes(base, withContent(tested, undefined))).toEqual([
    'the runs do not record whether 2 of 2 scenarios changed in between',
  ]);
  const bare = { ...base, environment: {} };
  expect(environmentNotes(bare, { ...tested, environment: {} }).notes).toEqual([
    'neither run records the version of hazmat, so it may have changed in between',
  ]);
});
