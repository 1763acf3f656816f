// SPDX-License-Identifier: GPL-2.0-only
// A small repository of sources, for tests.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SourceRepo } from '../../harness/kernel/source/source-repo.ts';
import { temporaryFolder } from '../host/temporary.ts';

/** A repository with one commit of these files; or such a commit in a repository that is there. */
export async function repoOf(
  files: Record<string, string>,
  into?: SourceRepo,
): Promise<{ repo: SourceRepo; commit: string }> {
  const folder = temporaryFolder();
  const repo = into ?? (await SourceRepo.open(path.join(folder, 'sources.git')));
  const tree = path.join(folder, 'tree');
  writeTree(tree, files);
  const env = { GIT_WORK_TREE: tree, GIT_INDEX_FILE: path.join(folder, 'index') };
  await repo.git(['-C', tree, 'add', '-A', '.'], { env });
  const { stdout } = await repo.git(['write-tree'], { env });
  return { repo, commit: await repo.commitTree(stdout.trim(), undefined, 'base') };
}

export function writeTree(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
}

/** git as a user runs it in a repository of their own. */
export function userGit(folder: string, ...args: string[]): string {
  const who = ['-c', 'user.name=A User', '-c', 'user.email=user@localhost'];
  return execFileSync('git', ['-C', folder, ...who, ...args], { encoding: 'utf8' }).trim();
}
