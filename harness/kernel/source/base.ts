// SPDX-License-Identifier: GPL-2.0-only
// From the base of a kernel spec to a commit in the repository of sources: `source:6.12`, `git:PATH@REF`, `tree:PATH`,
// `tarball:FILE`.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../host/errors.ts';
import { contentKey, fileHash } from '../../host/key.ts';
import { takeLock } from '../../host/lock.ts';
import { runProgram, type ProgramOptions } from '../../host/program.ts';
import type { Catalog } from '../catalog.ts';
import { fetchSource } from './debian-source.ts';
import { importTar, isTarball } from './import-tar.ts';
import type { ResolveOptions } from '../resolve-options.ts';
import type { Base, SourceRepo } from './source-repo.ts';
import type { BaseSpec } from '../spec.ts';

/** The commit of a base. @throws UsageError when there is no such source, InfraError when it cannot be fetched or read in. */
export async function resolveBase(
  repo: SourceRepo,
  spec: BaseSpec,
  catalog: Catalog,
  options: ResolveOptions,
): Promise<Base> {
  switch (spec.kind) {
    case 'source':
      return fetchSource(repo, spec, catalog, options);
    case 'git':
      return gitBase(repo, spec.path, spec.ref, options.signal);
    case 'tree':
      return treeBase(repo, spec.path, options);
    case 'tarball':
      return tarballBase(repo, spec.file, options);
  }
}

async function tarballBase(
  repo: SourceRepo,
  file: string,
  { progress, signal, beforeFetch }: ResolveOptions,
): Promise<Base> {
  const place = path.resolve(file);
  if (statSync(place, { throwIfNoEntry: false })?.isFile() !== true) throw new UsageError(`there is no file ${file}`);
  if (!isTarball(place)) {
    throw new UsageError(`${file} is not a tarball`, {
      hint: 'Its name must end in .tar, .tar.xz, .tar.gz, .tar.zst or .tar.bz2.',
    });
  }
  const ref = `tarball/${(await fileHash(place)).slice(0, 20)}`;
  const known = await repo.named(ref);
  if (known === undefined) {
    beforeFetch?.();
    progress?.(`reading ${path.basename(file)} (15 to 60 seconds)`);
  }
  return {
    commit: known ?? (await importTar(repo, place, ref, path.basename(file), signal)),
    origin: path.basename(file),
  };
}

/**
 * Adds a tree whose own .gitignore excludes everything, as that of Debian's linux-source does (`/*`: the repository has only
 * the packaging), without those lines. Ignored files in folders below are added, too.
 */
async function addIgnored(repo: SourceRepo, folder: string, git: ProgramOptions): Promise<void> {
  const patterns = readFileSync(path.join(folder, '.gitignore'), 'utf8').split('\n');
  const scratch = repo.scratch();
  try {
    const excludes = path.join(scratch, 'exclude');
    writeFileSync(excludes, patterns.filter((line) => !/^!|^\/?\*$/.test(line)).join('\n'));
    const listed = await repo.git(['-C', folder, 'ls-files', '-z', '-c', '-o', '-X', excludes], git);
    const input = listed.stdout;
    await repo.git(['-C', folder, 'update-index', '-z', '--add', '--remove', '--stdin'], { ...git, input });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** git on a repository of the user: their configuration applies, because it may list the folder as safe. */
async function userGit(place: string, args: string[]): Promise<string | undefined> {
  const { exitCode, stdout } = await runProgram(['git', '-C', place, ...args], {
    accept: [0, 1, 128, 129],
    env: { GIT_OPTIONAL_LOCKS: '0' },
  });
  return exitCode === 0 ? stdout.trim() : undefined;
}

async function gitBase(repo: SourceRepo, place: string, ref: string, signal?: AbortSignal): Promise<Base> {
  const folder = path.resolve(place);
  if (!existsSync(folder)) throw new UsageError(`there is no folder ${place}`);
  const objects = await userGit(folder, ['rev-parse', '--path-format=absolute', '--git-path', 'objects']);
  if (objects === undefined) throw new UsageError(`${place} is not a git repository`);
  const commit = await userGit(folder, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  if (commit === undefined) throw new UsageError(`git does not know ${ref} in ${place}`);
  await repo.borrow(objects, signal);
  const described = await userGit(folder, ['describe', '--always', '--tags', commit]);
  return { commit, origin: `git ${commit.slice(0, 12)} (${described ?? ref})` };
}

/**
 * A work tree as it is, without what git ignores. Its own index is copied, not used: from the copy git knows which files
 * are unchanged, and reads only the others.
 */
async function treeBase(
  repo: SourceRepo,
  place: string,
  { progress, signal, beforeFetch }: ResolveOptions,
): Promise<Base> {
  if (!existsSync(path.join(place, 'Makefile'))) {
    throw new UsageError(`${place} is not a kernel tree: it has no Makefile`);
  }
  const folder = realpathSync(place);
  const top = await userGit(folder, ['rev-parse', '--path-format=absolute', '--show-toplevel']);
  const isTop = top !== undefined && realpathSync(top) === folder;
  const indexes = path.join(repo.folder, 'trees');
  const index = path.join(indexes, contentKey(folder));
  mkdirSync(indexes, { recursive: true });
  const lock = await takeLock(`${index}.busy`, { what: `the snapshot of ${folder}`, signal });
  try {
    rmSync(`${index}.lock`, { force: true });
    if (isTop) {
      const objects = await userGit(folder, ['rev-parse', '--path-format=absolute', '--git-path', 'objects']);
      const theirs = await userGit(folder, ['rev-parse', '--path-format=absolute', '--git-path', 'index']);
      if (objects !== undefined) await repo.borrow(objects, signal);
      if (!existsSync(index) && theirs !== undefined && existsSync(theirs)) copyFileSync(theirs, index);
    } else if (!existsSync(index)) {
      beforeFetch?.();
      progress?.(`reading ${place} (10 to 60 seconds)`);
    }
    const git = { env: { GIT_WORK_TREE: folder, GIT_INDEX_FILE: index }, signal };
    const ignored = ['-C', folder, 'check-ignore', '--quiet', '--no-index', 'Makefile'];
    if (!isTop && (await repo.git(ignored, { ...git, accept: [0, 1] })).exitCode === 0) {
      await addIgnored(repo, folder, git);
    } else await repo.git(['-C', folder, 'add', '-A', '.'], git);
    const tree = (await repo.git(['write-tree'], git)).stdout.trim();
    const head = isTop ? await userGit(folder, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']) : undefined;
    const isHead = head !== undefined && (await repo.treeOf(head)) === tree;
    const commit = isHead ? head : await repo.commitTree(tree, head, `${path.basename(folder)} as it is`);
    const described = head === undefined ? undefined : await userGit(folder, ['describe', '--always', '--tags', head]);
    const state =
      described === undefined ? `tree ${tree.slice(0, 12)}` : `${described}${isHead ? '' : ', with changes'}`;
    return { commit, origin: `${place} (${state})` };
  } finally {
    lock.release();
  }
}
