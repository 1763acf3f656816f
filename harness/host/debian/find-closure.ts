// SPDX-License-Identifier: GPL-2.0-only
// Which packages some packages need, from some suites. apt resolves that; the answer is kept for a day.

import { z } from 'zod';
import { InfraError } from '../errors.ts';
import { isOffline, type Apt } from './apt.ts';
import { debianPackageSchema, type DebianPackage } from './package-index.ts';
import { recallAnswer, rememberAnswer } from './remembered.ts';

export interface ClosureQuestion {
  /** The name of the answer in the lock (package-lock.ts): `guest`. */
  set: string;
  suites: readonly string[];
  names: readonly string[];
  /** The suite that packages are taken from where several have them; by default the newest that is not a backport. */
  release?: string | undefined;
  /** Packages of the answer that are not wanted. */
  without?: readonly string[] | undefined;
  /** Those that are, if not all. */
  only?: readonly string[] | undefined;
  /** For the user: `the guest's programs`. */
  what: string;
  /** The file in the cache that keeps the answer. */
  file: string;
}

export interface FindOptions {
  /** Ask apt even when the last answer is fresh. */
  again?: boolean | undefined;
  progress?: ((note: string) => void) | undefined;
}

/**
 * The newest packages and all that they depend on, except those that are not wanted, sorted by name.
 * @throws InfraError when no suite has an index, or apt cannot resolve the names.
 */
export async function findClosure(
  apt: Apt,
  question: ClosureQuestion,
  options: FindOptions = {},
): Promise<DebianPackage[]> {
  const [without, only] = [new Set(question.without), new Set(question.only)];
  const closure = await wholeClosure(apt, question, options);
  return closure
    .filter(({ name }) => !without.has(name) && (question.only === undefined || only.has(name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether an answer is kept, however old. */
export function hasAnswer({ file }: ClosureQuestion): boolean {
  return recallAnswer(file, z.array(debianPackageSchema)) !== undefined;
}

async function wholeClosure(
  apt: Apt,
  { suites, names, release, what, file }: ClosureQuestion,
  { again = false, progress }: FindOptions = {},
): Promise<DebianPackage[]> {
  const last = recallAnswer(file, z.array(debianPackageSchema));
  if (last !== undefined && !again && (last.fresh || isOffline())) return last.answer;
  if (!isOffline()) progress?.(`reading the package index of ${suites.join(' and ')}`);
  const states = await apt.refresh(suites, again);
  const complete = states.every(({ fault, gone }) => fault === undefined || gone);
  // Yesterday's answer is better than one made from half of the indexes.
  if (!complete && last !== undefined) return last.answer;
  if (states.every(({ fetched }) => fetched === undefined)) {
    throw new InfraError(`there is no package index to find ${what} in`, {
      hint: states.map(({ suite, fault }) => `${suite}: ${fault ?? 'has no index'}`).join('\n'),
    });
  }
  const packages = await apt.closure(suites, names, release);
  if (complete) rememberAnswer(file, packages);
  return packages;
}
