// SPDX-License-Identifier: GPL-2.0-only
// The series on the current branch of `b4 prep`: its commits, and the commit that it is based on.

import { InfraError, UsageError } from '../../host/errors.ts';
import { runProgram } from '../../host/program.ts';

export interface PrepBranch {
  /** Short: `pmem-fix` of the branch b4/pmem-fix. */
  name: string;
  /** The range of its patches, without the commit that holds the cover letter. */
  range: string;
  /** The commit that the series starts from. */
  base: string;
  /** Whose message is the cover letter; undefined when it is kept elsewhere. */
  cover: string | undefined;
}

/**
 * What b4 knows of the branch that is checked out in a repository.
 * @throws UsageError when it is not a prep branch, InfraError when b4 does not run.
 */
export async function readPrepBranch(repository: string, signal?: AbortSignal): Promise<PrepBranch> {
  const result = await b4(['prep', '--show-info'], repository, signal);
  const info = parsePrepInfo(result.stdout);
  if (result.exitCode === 0 && info !== undefined) return info;
  throw new UsageError(`there is no b4 prep branch checked out in ${repository}`, {
    hint: result.stderr.trim().split('\n').slice(-3).join('\n'),
  });
}

async function b4(args: string[], cwd: string, signal: AbortSignal | undefined): ReturnType<typeof runProgram> {
  try {
    return await runProgram(['b4', ...args], { cwd, accept: [0, 1], signal });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new InfraError('b4:prep needs the program b4, which does not run here', {
      cause,
      hint: 'Install the package b4, or name the commits: git:PATH@BASE..BRANCH.',
    });
  }
}

/** Reads `NAME: VALUE` lines of b4 prep --show-info; undefined when the commits are not among them. Pure. */
export function parsePrepInfo(text: string): PrepBranch | undefined {
  const values = new Map([...text.matchAll(/^([\w-]+): (.+)$/gm)].map(([, name = '', value = '']) => [name, value]));
  const [branch, base] = [values.get('branch'), values.get('base-commit')];
  const [start, end] = [values.get('start-commit'), values.get('end-commit')];
  if (branch === undefined || base === undefined || start === undefined || end === undefined) return undefined;
  return {
    name: branch.replace(/^b4\//, '').replaceAll('/', '-'),
    range: `${start}..${end}`,
    base,
    cover: start === base ? undefined : start,
  };
}
