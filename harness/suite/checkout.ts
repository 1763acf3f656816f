// SPDX-License-Identifier: GPL-2.0-only
// The checkout of a suite, which the user gives by its path: where it is, and which files of it count.

import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../host/errors.ts';
import { bytesHash, contentKey } from '../host/key.ts';
import { runProgram } from '../host/program.ts';
import { entriesBelow } from '../host/walk.ts';
import type { SuiteKind } from './suite.ts';

/** The absolute path of the checkout that the user gave; undefined when there is none. @throws UsageError when it is not one of the suite */
export function checkoutOf({
  name,
  setting,
  marks,
}: Pick<SuiteKind<unknown>, 'name' | 'setting' | 'marks'>): string | undefined {
  const given = process.env[setting];
  if (given === undefined || given === '') return undefined;
  const missing = marks.find((mark) => !existsSync(path.join(given, mark)));
  if (missing === undefined) return path.resolve(given);
  throw new UsageError(`${given} is not a checkout of ${name}: it has no ${missing}`, {
    hint: `${setting} or --suite ${name}=PATH names the folder.`,
  });
}

/** How a checkout is given, for those who gave none. */
export function howToGive({ name, setting }: Pick<SuiteKind<unknown>, 'name' | 'setting'>): string {
  return `no checkout of ${name} is given: say --suite ${name}=PATH, or set ${setting}`;
}

/** The files of a checkout that are its own: of a git work tree not those that git ignores, such as objects that were built there. */
export async function filesOf(checkout: string, signal?: AbortSignal): Promise<string[]> {
  const all = existsSync(path.join(checkout, '.git')) ? await gitFiles(checkout, signal) : entriesBelow(checkout);
  return all
    .filter((file) => {
      const stat = lstatSync(path.join(checkout, file), { throwIfNoEntry: false });
      return stat?.isFile() === true || stat?.isSymbolicLink() === true;
    })
    .sort();
}

async function gitFiles(checkout: string, signal: AbortSignal | undefined): Promise<string[]> {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await runProgram(['git', '-c', 'safe.directory=*', '-C', checkout, ...list], { signal });
  return [...new Set(stdout.split('\0').filter((file) => file !== ''))];
}

/** A key of the content of files below a folder. */
export function filesKey(folder: string, files: readonly string[]): string {
  return contentKey(
    files.map((file) => {
      const name = path.join(folder, file);
      const stat = lstatSync(name);
      return stat.isSymbolicLink()
        ? [file, 'link', readlinkSync(name)]
        : [file, (stat.mode & 0o111) === 0 ? 'file' : 'program', bytesHash(readFileSync(name))];
    }),
  );
}
