// SPDX-License-Identifier: GPL-2.0-only
// npm run lock: asks the mirror for the newest packages of guests and fetched QEMUs, and writes them to debian-lock.json.

import { agentQuestion } from '../harness/guest/image/agent-libraries.ts';
import { loadUserspaceList } from '../harness/guest/image/userspace-list.ts';
import { userspaceQuestion } from '../harness/guest/image/userspace-packages.ts';
import { writeWholeFile } from '../harness/host/atomic-file.ts';
import { Apt } from '../harness/host/debian/apt.ts';
import { findClosure, type ClosureQuestion } from '../harness/host/debian/find-closure.ts';
import {
  loadPackageLock,
  lockChanges,
  lockedSet,
  lockFile,
  lockName,
  renderPackageLock,
  snapshotTime,
  type PackageLock,
} from '../harness/host/debian/package-lock.ts';
import { InfraError } from '../harness/host/errors.ts';
import { qemuQuestion, qemuReleases } from '../harness/machine/fetched-qemu.ts';
import { suiteKinds } from '../harness/suite/suites.ts';
import { suiteQuestion } from '../harness/suite/tree.ts';

/** All that the lock answers. */
export function lockQuestions(): ClosureQuestion[] {
  return [
    userspaceQuestion(loadUserspaceList()),
    agentQuestion(),
    ...Object.keys(qemuReleases).map(qemuQuestion),
    ...suiteKinds.map(({ name, tree }) => suiteQuestion(name, tree)),
  ];
}

async function makeLock(): Promise<PackageLock> {
  const sets: PackageLock['sets'] = {};
  const apt = new Apt();
  // Before the indexes are read: a snapshot of this moment has what they name, or something newer.
  const made = snapshotTime(new Date());
  const suites = [...new Set(lockQuestions().flatMap((question) => question.suites))];
  for (const { suite, fault } of await apt.refresh(suites, true)) {
    if (fault !== undefined) throw new InfraError(`the index of ${suite} could not be refreshed`, { hint: fault });
  }
  for (const question of lockQuestions()) {
    sets[question.set] = lockedSet(question, await findClosure(apt, question, { again: true }));
  }
  return { made, sets };
}

if (process.argv[1] === import.meta.filename) {
  const before = readOld();
  const lock = await makeLock();
  writeWholeFile(lockFile, renderPackageLock(lock));
  const changes = lockChanges(before, lock);
  for (const line of changes) console.log(line);
  const count = Object.values(lock.sets).reduce((sum, { packages }) => sum + packages.length, 0);
  console.log(`${lockName}: ${count} packages, ${changes.length} changed`);
}

/** The lock that is renewed; undefined for one that cannot be read. */
function readOld(): PackageLock | undefined {
  try {
    return loadPackageLock();
  } catch {
    return undefined;
  }
}
