// SPDX-License-Identifier: GPL-2.0-only
// A small kernel tree, with and without git, for tests.

import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { loadCatalog } from '../../../harness/kernel/catalog.ts';
import { resolveBase } from '../../../harness/kernel/source/base.ts';
import { SourceRepo } from '../../../harness/kernel/source/source-repo.ts';
import type { BaseSpec } from '../../../harness/kernel/spec.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { userGit, writeTree } from '../source.ts';

const files = { Makefile: 'VERSION = 6\n', 'fs/a.c': 'int a;\n', 'scripts/tool': '#!/bin/sh\n', '.gitignore': '*.o\n' };

/** A small source without git. */
export function sourceTree(): string {
  const folder = path.join(temporaryFolder(), 'linux');
  writeTree(folder, files);
  execFileSync('chmod', ['+x', path.join(folder, 'scripts/tool')]);
  symlinkSync('../fs/a.c', path.join(folder, 'scripts/link'));
  return folder;
}

/** A repository of sources without any. */
export async function emptyRepo(): Promise<SourceRepo> {
  return SourceRepo.open(path.join(temporaryFolder(), 'sources.git'));
}

/** The commit of a base. */
export const base = (repo: SourceRepo, spec: BaseSpec): ReturnType<typeof resolveBase> =>
  resolveBase(repo, spec, loadCatalog(), {});

/** Mode, path and blob of everything in a commit. */
export async function listing(repo: SourceRepo, commit: string): Promise<string> {
  return (await repo.git(['ls-tree', '-r', commit])).stdout;
}

/** The same in a git repository, committed. */
export function committed(): { folder: string; head: string } {
  const folder = sourceTree();
  userGit(folder, 'init', '-q');
  userGit(folder, 'add', '-A');
  userGit(folder, 'commit', '-qm', 'first');
  return { folder, head: userGit(folder, 'rev-parse', 'HEAD') };
}
