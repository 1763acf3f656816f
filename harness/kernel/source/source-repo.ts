// SPDX-License-Identifier: GPL-2.0-only
// The repository of sources: one git repository in the cache that has every source that was ever built: Debian's, tarballs,
// snapshots of work trees, and series on top of them. A user's repository is only read, through git's alternates: its refs,
// index and files are not changed.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lockNextTo, takeLock } from '../../host/lock.ts';
import { isLiving, ownLife, tagOf } from '../../host/life.ts';
import { removeTree } from '../../host/remove-tree.ts';
import { cacheRoot } from '../../host/places.ts';
import { runProgram, type ProgramOptions, type ProgramResult } from '../../host/program.ts';

/** Author and committer of what is imported: the same input gives the same commit on every machine. */
const importer = {
  GIT_AUTHOR_NAME: 'hazmat',
  GIT_AUTHOR_EMAIL: 'hazmat@localhost',
  GIT_AUTHOR_DATE: '@1 +0000',
  GIT_COMMITTER_NAME: 'hazmat',
  GIT_COMMITTER_EMAIL: 'hazmat@localhost',
  GIT_COMMITTER_DATE: '@1 +0000',
};

/** A source that a series can be applied to. */
export interface Base {
  commit: string;
  /** For a person: `linux-source-6.12 6.12.117-1`, `git 8f3b1c2 (v6.12)`. */
  origin: string;
}

/** The author of a patch. */
export interface Author {
  name: string;
  email: string;
  /** In a form that git reads; empty when it is not known. */
  date: string;
}

/** An environment for git without the configuration of user and system. */
const plainGit = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };

let scratches = 0;

/** The folder of the repository. */
export function sourceRepoFolder(): string {
  return path.join(cacheRoot(), 'sources.git');
}

/** Removes what ended processes left in the repository. Returns the removed paths. */
export function sweepSources(): string[] {
  const folder = sourceRepoFolder();
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith('scratch-') && !isLiving(folder, tagOf(name)))
    .map((name) => path.join(folder, name))
    .filter(removeTree);
}

/** The repository of sources. */
export class SourceRepo {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Opens the repository, which is made when it does not exist. */
  static async open(folder = sourceRepoFolder(), signal?: AbortSignal): Promise<SourceRepo> {
    const repo = new SourceRepo(folder);
    if (existsSync(path.join(folder, 'ready'))) {
      // Without a repository that was borrowed from and is gone, git would print an error at every call.
      if (repo.#borrowed().some((objects) => !existsSync(objects))) await repo.#borrow([], signal);
      return repo;
    }
    const lock = await takeLock(lockNextTo(folder), { what: 'the repository of sources', signal });
    try {
      if (existsSync(path.join(folder, 'ready'))) return repo;
      await runProgram(['git', 'init', '-q', '--bare', folder], { env: plainGit });
      // All of it can be fetched again, so nothing is synced; nothing may be removed while a build reads it.
      for (const [key, value] of [
        ['core.fsync', 'none'],
        ['core.compression', '1'],
        ['core.autocrlf', 'false'],
        ['gc.auto', '0'],
        ['core.excludesFile', '/dev/null'],
      ] as const) {
        await repo.git(['config', key, value]);
      }
      writeFileSync(path.join(folder, 'ready'), '');
      return repo;
    } finally {
      lock.release();
    }
  }

  /** Runs git in this repository. `env`: an index, a work tree. @throws InfraError when git fails. */
  git(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
    return runProgram(['git', ...args], { ...options, env: { ...this.env(), ...options.env } });
  }

  /** The environment of a git process that works in this repository. */
  env(): Record<string, string> {
    return { ...plainGit, GIT_DIR: this.folder };
  }

  /** The commit of a ref or revision; undefined when there is none. */
  async commit(revision: string): Promise<string | undefined> {
    const { exitCode, stdout } = await this.git(['rev-parse', '--verify', '--quiet', `${revision}^{commit}`], {
      accept: [0, 1, 128],
    });
    return exitCode === 0 ? stdout.trim() : undefined;
  }

  /** The tree of a commit: its content, whatever its history is. */
  async treeOf(commit: string): Promise<string> {
    return (await this.git(['rev-parse', '--verify', `${commit}^{tree}`])).stdout.trim();
  }

  /** Text of a file in a commit or tree; undefined when there is none. */
  async read(tree: string, file: string): Promise<string | undefined> {
    const { exitCode, stdout } = await this.git(['cat-file', 'blob', `${tree}:${file}`], { accept: [0, 128] });
    return exitCode === 0 ? stdout : undefined;
  }

  /** Every file of a commit with the hash of its content. */
  async files(commit: string): Promise<{ path: string; blob: string }[]> {
    const { stdout } = await this.git(['ls-tree', '-r', '-z', commit]);
    return stdout.split('\0').flatMap((line) => {
      const [, blob, path] = /^\d+ \w+ (\w+)\t(.+)$/s.exec(line) ?? [];
      return blob === undefined || path === undefined ? [] : [{ path, blob }];
    });
  }

  /** Makes a commit of a tree; returns its hash. */
  async commitTree(tree: string, parent: string | undefined, message: string, author?: Author): Promise<string> {
    const who = authorEnvironment(author);
    const parents = parent === undefined ? [] : ['-p', parent];
    const { stdout } = await this.git(['commit-tree', tree, ...parents], { input: message, env: who });
    return stdout.trim();
  }

  /** Why git takes no commit from an author (`name consists only of disallowed characters`); undefined when it does. */
  async authorProblem(author: Author): Promise<string | undefined> {
    if ([author.name, author.email, author.date].some((text) => text.includes('\0'))) return 'it has a NUL';
    const asked = await this.git(['var', 'GIT_AUTHOR_IDENT'], { env: authorEnvironment(author), accept: [0, 128] });
    return asked.exitCode === 0 ? undefined : asked.stderr.trim().replace(/^.*fatal: /s, '');
  }

  /** Gives a commit a name, by which `named` finds it. */
  async name(ref: string, commit: string): Promise<void> {
    await this.git(['update-ref', `refs/hazmat/${ref}`, commit]);
  }

  /** The commit of a name; undefined when there is none. */
  named(ref: string): Promise<string | undefined> {
    return this.commit(`refs/hazmat/${ref}`);
  }

  /** A new folder for temporary files of this process; `sweepSources` removes those of ended processes. */
  scratch(): string {
    const folder = path.join(this.folder, `scratch-${scratches++}.part.${ownLife(this.folder)}`);
    mkdirSync(folder);
    return folder;
  }

  /** Makes the objects of another repository visible in this one. The other one is never written to. */
  async borrow(objects: string, signal?: AbortSignal): Promise<void> {
    await this.#borrow([objects], signal);
  }

  /** The folders of objects of other repositories. */
  #borrowed(): string[] {
    const file = this.#alternates();
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  }

  #alternates(): string {
    return path.join(this.folder, 'objects/info/alternates');
  }

  /** Adds folders of objects, and drops those that are gone. */
  async #borrow(more: readonly string[], signal?: AbortSignal): Promise<void> {
    const lock = await takeLock(path.join(this.folder, 'alternates.lock'), {
      what: 'the repository of sources',
      signal,
    });
    try {
      const known = this.#borrowed();
      const wanted = [...new Set([...known, ...more])].filter((folder) => existsSync(folder));
      if (wanted.join('\n') === known.join('\n')) return;
      mkdirSync(path.dirname(this.#alternates()), { recursive: true });
      writeFileSync(this.#alternates(), wanted.map((folder) => `${folder}\n`).join(''));
    } finally {
      lock.release();
    }
  }
}

/** Tells git whom a commit is from. */
function authorEnvironment(author: Author | undefined): Record<string, string> {
  if (author === undefined) return importer;
  return {
    ...importer,
    GIT_AUTHOR_NAME: author.name === '' ? author.email : author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: author.date === '' ? importer.GIT_AUTHOR_DATE : author.date,
  };
}
