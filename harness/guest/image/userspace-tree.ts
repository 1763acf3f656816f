// SPDX-License-Identifier: GPL-2.0-only
// Out of unpacked packages into the tree of the guest: the programs wanted, what they need, and nothing else.

import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InfraError } from '../../host/errors.ts';
import { elfNeeds } from './elf.ts';
import { copyFollowing, findIn, inRoot } from './file-tree.ts';
import type { UserspaceList } from './userspace-list.ts';

const programFolders = ['usr/bin', 'usr/sbin'];
/** Where Debian's loader looks without being told (ld.so(8)). */
const libraryFolders = ['usr/lib/x86_64-linux-gnu', 'usr/lib', 'usr/lib64'];

/**
 * Fills the tree `to` from the unpacked packages in `from`.
 * @throws InfraError naming a program, file, library or interpreter that is missing, and the package it belongs to.
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
  // /bin/sh is a link of ours, so it is the tree that must have it; dash stands before every script in the list.
  if (script !== undefined && findIn(to, [path.posix.dirname(script)], path.posix.basename(script)) === undefined) {
    throw new InfraError(
      `the guest's userspace lacks ${script}, which the script /${plain} of the package ${owner} needs`,
      {
        hint: 'The list of packages and programs is harness/guest/image/userspace.yaml.',
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
        hint: `It should have come with a package that ${owner} depends on; the list, and what it leaves out, is harness/guest/image/userspace.yaml.`,
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
    hint: 'The list of packages and programs is harness/guest/image/userspace.yaml.',
    cause,
  });
}
