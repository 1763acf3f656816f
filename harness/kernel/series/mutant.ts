// SPDX-License-Identifier: GPL-2.0-only
// Reads mutants: patches that each break one behavior that a scenario claims to check. A mutant that no scenario kills is a
// gap in the library of scenarios.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../host/errors.ts';
import { parseDiff } from './diff.ts';
import { mailHeader } from './mail.ts';

/** Where a mutant is expected to be noticed first: the right reason to be killed. */
interface Kill {
  /** `remove/shared-mappers`. */
  scenario: string;
  /** Key of the step that fails first; or `crash` or `hang`, when that is the broken behavior. */
  step: string;
}

export interface Mutant {
  /** File name without `.patch`: what it breaks. */
  name: string;
  /** The patch, as a kernel spec names it. */
  file: string;
  /** `xfs: the filesystem stays frozen`, without `[MUTANT]`; empty for a bare diff. */
  subject: string;
  /** Which claim it breaks, in a sentence or two; empty for a bare diff. */
  about: string;
  /** Empty without such trailers: then any scenario that fails is right. */
  killedBy: Kill[];
}

/** What can end a scenario without being a step. @internal for tests */
export const killsWithoutStep: readonly string[] = ['crash', 'hang'];

const form = 'Write `Killed-by: FOLDER/SCENARIO (STEP)`, such as `Killed-by: poison/hwpoison (signals)`.';
const wellFormed = /^Killed-by: ([a-z0-9-]+\/[a-z0-9.-]+) \(([a-z][a-z0-9-]*)\)$/;
const trailerLike = /^\s*killed[-_ ]?by\b/i;

/**
 * Every mutant of a folder, in the order of their names.
 * @param root folder that `folder` is relative to
 * @param parse reads the patch of one
 * @throws UsageError naming file and line of what is wrong
 */
export function readMutants(folder: string, root?: string): Mutant[];
export function readMutants<T>(folder: string, root: string, parse: (text: string, file: string) => T): T[];
export function readMutants(
  folder: string,
  root = process.cwd(),
  parse: (text: string, file: string) => unknown = parseMutant,
): unknown[] {
  const found = statSync(path.join(root, folder), { throwIfNoEntry: false });
  const names =
    found?.isDirectory() === true ? readdirSync(path.join(root, folder)).filter((name) => name.endsWith('.patch')) : [];
  if (names.length === 0) {
    throw new UsageError(`${folder} has no mutant`, { hint: 'A folder of mutants has NAME.patch files.' });
  }
  return names.sort().map((name) => {
    const file = path.join(folder, name);
    return parse(readFileSync(path.join(root, file), 'utf8'), file);
  });
}

/**
 * Parses the patch of one mutant.
 * @param file path for errors and kernel specs; its base name is the mutant's name
 * @throws UsageError naming file and line of what is wrong
 */
export function parseMutant(text: string, file: string): Mutant {
  const lines = text.split('\n');
  const wrong = (message: string, line: number, hint: string): never => {
    throw new UsageError(message, { at: `${file}:${line}`, hint });
  };
  const subject = mailHeader(text, 'Subject')
    .replace(/^(\[[^\]]*\]\s*)+/, '')
    .trim();
  const headerEnd = lines.indexOf('');
  const diffStart = lines.findIndex(
    (line) => line === '---' || line.startsWith('diff --git ') || line.startsWith('--- a/'),
  );
  const { files, fault } = parseDiff(lines.slice(Math.max(diffStart, 0)).join('\n'));
  if (fault !== undefined)
    wrong(`the patch ${fault.why}`, Math.max(diffStart, 0) + fault.line, 'Make it again with git diff.');
  if (diffStart === -1 || files.length === 0)
    wrong('there is no diff', lines.length, 'The diff must follow a line of ---.');

  const about: string[] = [];
  const killedBy: Kill[] = [];
  for (const [index, line] of lines.slice(0, diffStart).entries()) {
    if (index <= headerEnd) continue;
    const [, scenario, step] = wellFormed.exec(line) ?? [];
    if (scenario !== undefined && step !== undefined) {
      if (killedBy.some((kill) => kill.scenario === scenario && kill.step === step)) {
        wrong(`'${line}' is there twice`, index + 1, form);
      }
      killedBy.push({ scenario, step });
    } else if (trailerLike.test(line)) {
      wrong(`'${line.trim()}' does not name a scenario and a step`, index + 1, form);
    } else about.push(line);
  }
  return { name: path.basename(file, '.patch'), file, subject, about: about.join('\n').trim(), killedBy };
}
