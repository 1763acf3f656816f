// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { loadPackageLock, lockedPackages } from '../../harness/host/debian/package-lock.ts';
import { loadUserspaceList } from '../../harness/guest/image/userspace-list.ts';
import { lockQuestions } from '../../scripts/lock.ts';

it('the lock in the repository is for the lists in the repository: npm run lock after a change', () => {
  const lock = loadPackageLock();
  const unanswered = lockQuestions().filter((question) => lockedPackages(lock, question) === undefined);
  expect(unanswered.map(({ set }) => set)).toEqual([]);
  expect(Object.keys(lock.sets).sort()).toEqual(
    lockQuestions()
      .map(({ set }) => set)
      .sort(),
  );
});

it('the lock has every package of the list, and none that the list leaves out', () => {
  const { packages, without } = loadUserspaceList();
  const locked = (loadPackageLock().sets.guest?.packages ?? []).map(({ name }) => name);
  expect(locked).toEqual(expect.arrayContaining(Object.keys(packages)));
  expect(locked.filter((name) => without.includes(name))).toEqual([]);
});
