// SPDX-License-Identifier: GPL-2.0-only
// debian-lock.json: which Debian packages go into guests and fetched QEMUs, so that two machines make the same ones. `npm run lock` writes it.

import path from 'node:path';
import { z } from 'zod';
import { readJsonFile } from '../json-file.ts';
import { contentKey } from '../key.ts';
import { projectRoot } from '../places.ts';
import type { ClosureQuestion } from './find-closure.ts';
import type { DebianPackage } from './package-index.ts';

const lockedPackageSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  architecture: z.string(),
  /** Bytes of the .deb. */
  size: z.number(),
  /** Of the .deb, in hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const packageLockSchema = z.strictObject({
  /** When it was made, as the folders of a snapshot archive are called. */
  made: z.string().regex(/^\d{8}T\d{6}Z$/),
  /** By the names that questions have. */
  sets: z.record(
    z.string(),
    z.strictObject({
      /** What was asked, by `askedOf`: packages found for another question are not the answer to this one. */
      asked: z.string(),
      packages: z.array(lockedPackageSchema).min(1),
    }),
  ),
});

export type PackageLock = z.output<typeof packageLockSchema>;
type LockedPackage = z.output<typeof lockedPackageSchema>;

/** Its name in the checkout, for the user. */
export const lockName = 'debian-lock.json';

export const lockFile = path.join(projectRoot, lockName);

/** Reads the lock. @throws InfraError when it is missing or damaged. */
export function loadPackageLock(file = lockFile): PackageLock {
  return readJsonFile(file, packageLockSchema, 'It is part of hazmat: check it out or install it again.');
}

/** What a question asks, as a key: the same for the same names, suites and packages left out. Pure. */
export function askedOf({ suites, names, release, without, only }: Omit<ClosureQuestion, 'what' | 'file'>): string {
  return contentKey([suites, names, release ?? null, without ?? null, only ?? null]);
}

/** The packages that a lock has for a question; undefined when it was made for another one. Pure. */
export function lockedPackages(lock: PackageLock, question: ClosureQuestion): DebianPackage[] | undefined {
  const set = lock.sets[question.set];
  if (set?.asked !== askedOf(question)) return undefined;
  return set.packages.map((pkg) => ({ ...pkg, depends: '', suite: question.suites.join('+') }));
}

/** What a set of the lock is made of. Pure. */
export function lockedSet(question: ClosureQuestion, packages: readonly DebianPackage[]): PackageLock['sets'][string] {
  return {
    asked: askedOf(question),
    packages: packages
      .map(({ name, version, architecture, size, sha256 }) => ({ name, version, architecture, size, sha256 }))
      .sort(byName),
  };
}

/** A lock as a file: one package a line, so that a change can be read. Pure. */
export function renderPackageLock({ made, sets }: PackageLock): string {
  const blocks = Object.entries(sets).map(([name, { asked, packages }]) => {
    const lines = packages.map((pkg) => `        ${JSON.stringify(pkg)}`).join(',\n');
    return `    ${JSON.stringify(name)}: {\n      "asked": ${JSON.stringify(asked)},\n      "packages": [\n${lines}\n      ]\n    }`;
  });
  return `{\n  "made": ${JSON.stringify(made)},\n  "sets": {\n${blocks.join(',\n')}\n  }\n}\n`;
}

/** What differs from one lock to the next, one line a package: `guest: bash 5.2-1 -> 5.2-2`. Pure. */
export function lockChanges(before: PackageLock | undefined, after: PackageLock): string[] {
  const names = [...new Set([...Object.keys(before?.sets ?? {}), ...Object.keys(after.sets)])];
  return names.flatMap((set) => {
    const [old, now] = [before, after].map(
      (lock) => new Map((lock?.sets[set]?.packages ?? []).map((pkg) => [pkg.name, pkg])),
    );
    return [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].sort().flatMap((name) => {
      const [was, is] = [old?.get(name), now?.get(name)];
      if (was?.version === is?.version && was?.sha256 === is?.sha256) return [];
      return [`${set}: ${name} ${was?.version ?? '(new)'} -> ${is?.version ?? '(gone)'}`];
    });
  });
}

/** A moment as the folders of a snapshot archive are called: 20261130T091000Z. Pure. */
export function snapshotTime(when: Date): string {
  return when.toISOString().replace(/[-:]|\.\d+/g, '');
}

function byName(a: LockedPackage, b: LockedPackage): number {
  return a.name < b.name ? -1 : 1;
}
