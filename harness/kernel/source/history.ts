// SPDX-License-Identifier: GPL-2.0-only
// The commits between two commits of a user's repository, and which of them to try next. git chooses.

import path from 'node:path';
import { UsageError } from '../../host/errors.ts';
import { runProgram } from '../../host/program.ts';

export interface Commit {
  sha: string;
  subject: string;
}

/** The history of a user's repository. */
export class History {
  readonly folder: string;
  readonly #signal: AbortSignal | undefined;

  constructor(folder: string, signal?: AbortSignal) {
    this.folder = path.resolve(folder);
    this.#signal = signal;
  }

  /** The commit of a revision. @throws UsageError when git does not know it. */
  async commit(revision: string): Promise<Commit> {
    const argv = ['log', '-1', '--format=%H %s', `${revision}^{commit}`, '--'];
    const { exitCode, stdout } = await this.#git(argv, [0, 128]);
    if (exitCode !== 0) throw new UsageError(`git does not know ${revision} in ${this.folder}`);
    const [sha = '', ...words] = stdout.trim().split(' ');
    return { sha, subject: words.join(' ') };
  }

  /** Whether one commit is reachable from the other. @throws InfraError when git fails. */
  async isAncestor(old: string, young: string): Promise<boolean> {
    return (await this.#git(['merge-base', '--is-ancestor', old, young], [0, 1])).exitCode === 0;
  }

  /**
   * The commits that may have introduced a change: reachable from `bad`, but from none of `good`. The best one to try next
   * comes first, `bad` itself last.
   */
  async suspects(bad: string, good: readonly string[]): Promise<string[]> {
    const argv = ['rev-list', '--bisect-all', bad, ...good.map((one) => `^${one}`)];
    const { stdout } = await this.#git(argv, [0]);
    const all = stdout.split('\n').flatMap((line) => line.split(' ')[0] || []);
    return [...all.filter((one) => one !== bad), ...all.filter((one) => one === bad)];
  }

  #git(args: readonly string[], accept: number[]): ReturnType<typeof runProgram> {
    return runProgram(['git', '-C', this.folder, ...args], { accept, signal: this.#signal });
  }
}
