// SPDX-License-Identifier: GPL-2.0-only
// Copies the listed programs and what they need from unpacked packages into the guest's tree, and nothing else.

import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InfraError } from '../../host/errors.ts';
import { elfNeeds } from './elf.ts';
import { copyFollowing, findIn, inRoot } from './file-tree.ts';
import type { UserspaceList } from './userspace-list.ts';

const programFolders = ['usr/bin', 'usr/sbin'];
/** Debian's default library path (ld.so(8)). */
const libraryFolders = ['usr/lib/x86_64-linux-gnu', 'usr/lib', 'usr/lib64'];

/**
 * Fills the tree `to` from the unpacked packages in `from`.
 * @throws InfraError naming a missing program, file, library or interpreter, and the package that it belongs to.
 */
export function fillUserspace(list: UserspaceList, from: string, to: string): void {
  for (const folder of ['usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64', ...list.folders]) {
    mkdirSync(path.join(to, folder), { recursive: true });
  }
  for (const [name, target] of Object.entries(list.links)) symlinkSync(target, path.join(to, name));
  for (const [name, text] of Object.entries(list.texts)) writeFileSync(path.join(to, name), text);
  const done = new Set<string>();
  for (const [owner, { programs, files }] of Object.entries(list.packages)) {
    for (const program of programs) {
      const name = findIn(from, programFolders, program);
      if (name === undefined) throw lacks(`the program ${program}`, owner);
      copyWithNeeds(name, { from, to, owner, done });
    }
    for (const name of files.flatMap((pattern) => expand(from, pattern, owner))) {
      copyWithNeeds(name, { from, to, owner, done });
    }
  }
}

interface Copying {
  from: string;
  to: string;
  owner: string;
  done: Set<string>;
}

function copyWithNeeds(name: string, copying: Copying): void {
  const { from, to, owner, done } = copying;
  const plain = copyFollowing(from, to, name);
  if (plain === undefined) throw lacks(`/${inRoot(name)}`, owner);
  if (done.has(plain)) return;
  done.add(plain);
  const bytes = readFileSync(path.join(from, plain));
  const script = /^#!\s*(\/\S+)/.exec(bytes.toString('latin1', 0, 200))?.[1];
  // /bin/sh is one of the list's links, so it is looked for in the new tree. The list has dash before every script.
  if (script !== undefined && findIn(to, [path.posix.dirname(script)], path.posix.basename(script)) === undefined) {
    throw new InfraError(
      `the guest's userspace lacks ${script}, which the script /${plain} of the package ${owner} needs`,
      {
        hint: 'harness/guest/image/userspace.yaml lists the packages and programs.',
      },
    );
  }
  const needs = elfNeeds(bytes);
  if (needs === undefined) return;
  if (needs.interpreter !== undefined) copyWithNeeds(needs.interpreter, copying);
  const runpath = needs.runpath.map((folder) => folder.replace(/\$\{?ORIGIN\}?/, `/${path.posix.dirname(plain)}`));
  for (const library of needs.libraries) {
    const found = findIn(from, [...runpath, ...libraryFolders], library);
    if (found === undefined) {
      throw new InfraError(`the guest's userspace lacks the library ${library}, which /${plain} needs`, {
        hint: `A package that ${owner} depends on should have it. harness/guest/image/userspace.yaml lists packages and programs, and packages to leave out.`,
      });
    }
    copyWithNeeds(found, copying);
  }
}

function expand(from: string, pattern: string, owner: string): string[] {
  if (!pattern.endsWith('/*')) return [pattern];
  const folder = pattern.slice(0, -'/*'.length);
  let names: string[];
  try {
    names = readdirSync(path.join(from, folder));
  } catch (error) {
    throw lacks(`/${folder}`, owner, error);
  }
  return names.sort().map((name) => `${folder}/${name}`);
}

function lacks(what: string, owner: string, cause?: unknown): InfraError {
  return new InfraError(`the guest's userspace lacks ${what}, which the package ${owner} should have`, {
    hint: 'harness/guest/image/userspace.yaml lists the packages and programs.',
    cause,
  });
}
