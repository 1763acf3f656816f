// SPDX-License-Identifier: GPL-2.0-only
// Ranges of kernel versions as scenarios, features and known issues write them, on top of semver, which cannot read `7.3-rc7`
// or `7.3~rc7`.

import semver from 'semver';
import { z } from 'zod';

export const rangeHelp =
  'A range is one or more of X.Y, X.Y.Z, >=X.Y, >X.Y, <=X.Y, <X.Y (a space means and, || means or; also X.Y-rcN; * is every kernel), such as ">=6.14", ">=6.0 <6.8" or "7.2 || 7.3"; X.Y alone means any X.Y.Z.';

const term = /^(?<operator>>=|<=|>|<|=)?(?<version>\d+\.\d+(?:\.\d+)?(?:[-~]rc\d+)?)$/;

/**
 * A kernel version as semver: `6.12.107+deb13-amd64` -> 6.12.107, `7.3~rc7` and `7.3-rc7` -> 7.3.0-rc.7, which counts as
 * 7.3. Undefined when the text does not begin with a version.
 */
export function parseKernelVersion(version: string): string | undefined {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:\.0)*(?:[-~.]?rc(\d+))?(?![\d.])/.exec(version.trim());
  if (match === null) return undefined;
  const [, major = '0', minor = '0', patch = '0', rc] = match;
  return `${major}.${minor}.${patch}${rc === undefined ? '' : `-rc.${rc}`}`;
}

/** A key that holds such a range. */
export function rangeSchema(): z.ZodType<string, string> {
  return z.string().superRefine((range, context) => {
    const problem = rangeProblem(range);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: `${problem}. ${rangeHelp}` });
  });
}

/** What is wrong with a range, in one sentence; undefined when nothing is. */
export function rangeProblem(range: string): string | undefined {
  const text = range.trim();
  if (text === '*') return undefined;
  if (text === '') return 'the kernel range is empty';
  for (const alternative of text.split('||')) {
    const terms = termsOf(alternative);
    if (terms.length === 0) return `the kernel range "${range}" has nothing on one side of ||`;
    const bad = terms.find((candidate) => !term.test(candidate));
    if (bad !== undefined) return `"${bad}" in the kernel range "${range}" is not a version or a comparison with one`;
  }
  return undefined;
}

/** Whether a kernel is in a range that rangeProblem() accepts. False for a version that cannot be read. */
export function inRange(version: string, range: string): boolean {
  const parsed = parseKernelVersion(version);
  if (parsed === undefined) return false;
  if (range.trim() === '*') return true;
  const translated = range
    .split('||')
    .map((alternative) => termsOf(alternative).map(translate).join(' '))
    .join(' || ');
  return semver.satisfies(parsed, translated, { includePrerelease: true });
}

function termsOf(alternative: string): string[] {
  return alternative
    .trim()
    .replace(/(>=|<=|>|<|=)\s+/g, '$1')
    .split(/\s+/)
    .filter((part) => part !== '');
}

/** semver needs three numbers before a pre-release: `>=7.3-rc5` -> `>=7.3.0-rc.5`. */
function translate(text: string): string {
  const { operator = '', version = '' } = term.exec(text)?.groups ?? {};
  return operator + (version.includes('rc') ? (parseKernelVersion(version) ?? version) : version);
}
