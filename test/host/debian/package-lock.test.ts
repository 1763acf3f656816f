// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { DebianPackage } from '../../../harness/host/debian/package-index.ts';
import {
  askedOf,
  loadPackageLock,
  lockChanges,
  lockedPackages,
  lockedSet,
  renderPackageLock,
  snapshotTime,
  type PackageLock,
} from '../../../harness/host/debian/package-lock.ts';
import { temporaryFolder } from '../temporary.ts';

const question = { set: 'guest', suites: ['one', 'two'], names: ['tool'], what: 'the tools', file: '/nowhere' };

function pkg(name: string, version: string, sha256 = 'a'.repeat(64)): DebianPackage {
  return { name, version, architecture: 'amd64', size: 10, sha256, depends: 'x', suite: 'one+two' };
}

function lockOf(...packages: DebianPackage[]): PackageLock {
  return { made: '20261130T091000Z', sets: { guest: lockedSet(question, packages) } };
}

it('is a file with a line for each package, by name, and is read as it was written', () => {
  const lock = lockOf(pkg('tool', '2'), pkg('lib', '1:1.0'));
  const text = renderPackageLock(lock);
  const lines = text.split('\n').filter((line) => line.includes('sha256'));
  expect(lines.map((line) => /"name":"(\w+)","version":"([^"]+)"/.exec(line)?.slice(1))).toEqual([
    ['lib', '1:1.0'],
    ['tool', '2'],
  ]);
  const file = path.join(temporaryFolder(), 'lock.json');
  writeFileSync(file, text);
  expect(loadPackageLock(file)).toEqual(lock);
  expect(lockedPackages(lock, question)?.map(({ name, suite }) => [name, suite])).toEqual([
    ['lib', 'one+two'],
    ['tool', 'one+two'],
  ]);
});

it.each([
  ['another name', { names: ['tool', 'other'] }],
  ['another suite', { suites: ['one'] }],
  ['a package left out', { without: ['lib'] }],
  ['some packages only', { only: ['tool'] }],
  ['a suite that comes first', { release: 'two' }],
  ['another set', { set: 'agent' }],
])('does not answer a question with %s', (_what, other) => {
  const lock = lockOf(pkg('tool', '2'));
  expect(lockedPackages(lock, question)).toHaveLength(1);
  expect(lockedPackages(lock, { ...question, ...other })).toBeUndefined();
});

it('answers the same question with another text for the user, or another file', () => {
  expect(askedOf({ ...question, ...{ what: 'that', file: '/elsewhere' } })).toBe(askedOf(question));
});

it.each([
  ['no JSON', '{'],
  ['a hash cut short', renderPackageLock(lockOf(pkg('tool', '2', 'abc')))],
  ['an empty set', '{"made": "20261130T091000Z", "sets": {"guest": {"asked": "x", "packages": []}}}'],
])('refuses a file with %s, by name', (_what, text) => {
  const file = path.join(temporaryFolder(), 'lock.json');
  writeFileSync(file, text);
  expect(() => loadPackageLock(file)).toThrow(`${file} is missing or damaged`);
});

it('says what a newer lock changes, a package rebuilt under the same version included', () => {
  const before = lockOf(pkg('kept', '1'), pkg('newer', '1'), pkg('lost', '1'), pkg('rebuilt', '1'));
  const after = lockOf(pkg('kept', '1'), pkg('newer', '2'), pkg('found', '1'), pkg('rebuilt', '1', 'b'.repeat(64)));
  expect(lockChanges(before, after)).toEqual([
    'guest: found (new) -> 1',
    'guest: lost 1 -> (gone)',
    'guest: newer 1 -> 2',
    'guest: rebuilt 1 -> 1',
  ]);
  expect(lockChanges(undefined, before)).toHaveLength(4);
  expect(lockChanges(after, after)).toEqual([]);
});

it('names a moment as snapshot archives do', () => {
  expect(snapshotTime(new Date('2026-11-30T09:10:07.123Z'))).toBe('20261130T091007Z');
});
