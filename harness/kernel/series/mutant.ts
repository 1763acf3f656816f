// SPDX-License-Identifier: GPL-2.0-only
// Mutants: patches that each break one behavior which a scenario claims to check. A mutant that no scenario kills is a
// hole in the library.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../host/errors.ts';
import { parseDiff } from './diff.ts';
import { mailHeader } from './mail.ts';

/** Where a mutant is expected to show first: the right reason to be killed. */
export interface Kill {
  /** `remove/shared-mappers`. */
  scenario: string;
  /** Key of the step that is the first to see something else than it wants; or the crash, or the hang, that is the very behavior. */
  step: string;
}

export interface Mutant {
  /** File name without `.patch`: what it breaks. */
  name: string;
  /** The patch, as a kernel's spec names it. */
  file: string;
  /** `xfs: the filesystem stays frozen`, without `[MUTANT]`; empty for a bare diff. */
  subject: string;
  /** Which claim it breaks, in a sentence or two; those of others may not say. */
  about: string;
  /** Empty when nobody says: then any scenario that notices is right. */
  killedBy: Kill[];
}

/** Ends of a scenario that are no step. */
export const killsWithoutStep: readonly string[] = ['crash', 'hang'];

const form = 'It is `Killed-by: FOLDER/SCENARIO (STEP)`, such as `Killed-by: poison/hwpoison (signals)`.';
const wellFormed = /^Killed-by: ([a-z0-9-]+\/[a-z0-9.-]+) \(([a-z][a-z0-9-]*)\)$/;
const trailerLike = /^\s*killed[-_ ]?by\b/i;

/**
 * Every mutant of a folder, in the order of their names.
 * @param root what the folder is named from
 * @throws UsageError naming file and line of what is wrong
 */
export function readMutants(folder: string, root = process.cwd()): Mutant[] {
  const found = statSync(path.join(root, folder), { throwIfNoEntry: false });
  const names =
    found?.isDirectory() === true ? readdirSync(path.join(root, folder)).filter((name) => name.endsWith('.patch')) : [];
  if (names.length === 0) {
    throw new UsageError(`${folder} holds no mutant`, { hint: 'A folder of mutants holds NAME.patch files.' });
  }
  return names.sort().map((name) => {
    const file = path.join(folder, name);
    return parseMutant(readFileSync(path.join(root, file), 'utf8'), file);
  });
}

/**
 * One mutant from the text of its patch.
 * @param file as messages and kernels name it; its last part gives the mutant's name
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
    wrong(`the patch ${fault.why}`, Math.max(diffStart, 0) + fault.line, 'git diff makes a whole one.');
  if (diffStart === -1 || files.length === 0)
    wrong('there is no diff', lines.length, 'The diff comes after a line of ---.');

  const about: string[] = [];
  const killedBy: Kill[] = [];
  for (const [index, line] of lines.slice(0, diffStart).entries()) {
    if (index <= headerEnd) continue;
    const [, scenario, step] = wellFormed.exec(line) ?? [];
    if (scenario !== undefined && step !== undefined) {
      if (killedBy.some((kill) => kill.scenario === scenario && kill.step === step)) {
        wrong(`'${line}' is said twice`, index + 1, form);
      }
      killedBy.push({ scenario, step });
    } else if (trailerLike.test(line)) {
      wrong(`'${line.trim()}' names no scenario and step`, index + 1, form);
    } else about.push(line);
  }
  return { name: path.basename(file, '.patch'), file, subject, about: about.join('\n').trim(), killedBy };
}
