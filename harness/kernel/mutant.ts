// SPDX-License-Identifier: GPL-2.0-only
// Mutants: patches that each break one behaviour which a scenario claims to check. A mutant that no scenario kills is a
// hole in the library.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../host/errors.ts';
import { parseDiff, type TouchedFile } from './diff.ts';
import { mailHeader } from './mail.ts';

/** Where a mutant is expected to show first: the right reason to be killed. */
export interface Kill {
  /** `remove/shared-mappers`. */
  scenario: string;
  /** Key of the step that is the first to see something else than it wants; or the crash, or the hang, that is the very behaviour. */
  step: string;
}

export interface Mutant {
  /** File name without `.patch`: what it breaks. */
  name: string;
  /** `xfs: the filesystem stays frozen`, without `[MUTANT]`. */
  subject: string;
  /** Which claim it breaks, in a sentence or two. */
  about: string;
  killedBy: Kill[];
  /** What it touches. */
  files: TouchedFile[];
  /** The whole patch, as it lies in the file. */
  patch: string;
}

/** Ends of a scenario that are no step. */
export const killsWithoutStep: readonly string[] = ['crash', 'hang'];

const form = 'It is `Killed-by: FOLDER/SCENARIO (STEP)`, such as `Killed-by: poison/hwpoison (signals)`.';
const wellFormed = /^Killed-by: ([a-z0-9-]+\/[a-z0-9.-]+) \(([a-z][a-z0-9-]*)\)$/;
const trailerLike = /^\s*killed[-_ ]?by\b/i;

/** Every mutant of a folder, in the order of their names. @throws UsageError naming file and line of what is wrong. */
export function readMutants(folder: string): Mutant[] {
  const found = statSync(folder, { throwIfNoEntry: false });
  const names = found?.isDirectory() === true ? readdirSync(folder).filter((name) => name.endsWith('.patch')) : [];
  if (names.length === 0) {
    throw new UsageError(`${shown(folder)} holds no mutant`, { hint: 'A folder of mutants holds NAME.patch files.' });
  }
  return names.sort().map((name) => {
    const file = path.join(folder, name);
    return parseMutant(readFileSync(file, 'utf8'), shown(file));
  });
}

/**
 * One mutant from the text of its patch.
 * @param file as messages name it; its last part gives the mutant's name
 * @throws UsageError naming file and line of what is wrong
 */
export function parseMutant(text: string, file: string): Mutant {
  const lines = text.split('\n');
  const wrong = (message: string, line: number, hint: string): never => {
    throw new UsageError(message, { at: `${file}:${line}`, hint });
  };
  const subjectLine = lines.findIndex((line) => line.startsWith('Subject:')) + 1;
  const tagged = /^\[MUTANT\] (.+)$/.exec(mailHeader(text, 'Subject'));
  const subject = tagged?.[1]?.trim() ?? '';
  if (subject === '') {
    wrong(
      'this is no mutant: its subject does not say so',
      Math.max(subjectLine, 1),
      'Subject: [MUTANT] SUBSYSTEM: what it breaks',
    );
  }
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
  if (killedBy.length === 0) wrong('it does not say which scenario kills it', diffStart + 1, form);
  const told = about.join('\n').trim();
  if (told === '')
    wrong('it does not say which claim it breaks', headerEnd + 2, 'One or two sentences before the trailers.');
  return { name: path.basename(file, '.patch'), subject, about: told, killedBy, files, patch: text };
}

function shown(file: string): string {
  return path.relative(process.cwd(), file) || '.';
}
