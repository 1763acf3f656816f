// SPDX-License-Identifier: GPL-2.0-only
// Which packages some packages need, from some suites. apt resolves that; the answer is kept for a day.

import { z } from 'zod';
import { InfraError } from '../errors.ts';
import { isOffline, type Apt } from './apt.ts';
import { debianPackageSchema, type DebianPackage } from './package-index.ts';
import { recallAnswer, rememberAnswer } from './remembered.ts';

export interface ClosureQuestion {
  suites: readonly string[];
  names: readonly string[];
  /** The suite that packages are taken from where several have them; by default the newest that is not a backport. */
  release?: string | undefined;
  /** For the user: `the guest's programs`. */
  what: string;
  /** The file in the cache that keeps the answer. */
  file: string;
}

interface FindOptions {
  /** Ask apt even when the last answer is fresh. */
  again?: boolean | undefined;
  progress?: ((note: string) => void) | undefined;
}

/**
 * The packages and all that they depend on.
 * @throws InfraError when no suite has an index, or apt cannot resolve the names.
 */
export async function findClosure(
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
