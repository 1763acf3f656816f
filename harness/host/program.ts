// SPDX-License-Identifier: GPL-2.0-only
// Runs programs of the host, always by an argv array, never by a shell string.

import { existsSync } from 'node:fs';
import { execa, type Result } from 'execa';
import { InfraError } from './errors.ts';

export interface ProgramOptions {
  cwd?: string | undefined;
  /** Added to the environment of this process. */
  env?: Record<string, string> | undefined;
  /** What the program reads from stdin; nothing by default. */
  input?: string | Buffer | undefined;
  /** Milliseconds; no limit by default. */
  timeout?: number | undefined;
  /** Ends the program (SIGTERM) when it is aborted. */
  signal?: AbortSignal | undefined;
  /** Exit codes that are answers, not failures; [0] by default. */
  accept?: number[] | undefined;
}

/** More output than this, in characters, ends the program. */
const maxOutput = 256 * 2 ** 20;

export interface ProgramResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Quotes an argv so that it can be pasted into a POSIX shell. For showing only: the harness never runs a shell string. */
export function quoteArgv(argv: readonly string[]): string {
  return argv.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`)).join(' ');
}

/**
 * Runs a program to its end and returns what it printed.
 * @throws InfraError naming the command, how it ended and the end of its stderr; or that the program is not installed.
 */
export async function runProgram(argv: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  const [file = '', ...args] = argv;
  const { cwd = process.cwd(), env = {}, input, timeout = 0, signal, accept = [0] } = options;
  const result = await execa(file, args, {
    reject: false,
    stripFinalNewline: false,
    maxBuffer: maxOutput,
    cwd,
    env,
    timeout,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  if (result.isCanceled) throw new InfraError(`${file} was stopped`, { cause: result });
  // A folder that does not exist is ENOENT too.
  if (result.code === 'ENOENT' && existsSync(cwd)) {
    throw new InfraError(`the program ${file} is not installed`, { hint: 'npx hazmat doctor lists what is missing.' });
  }
  const { exitCode } = result;
  if (exitCode !== undefined && accept.includes(exitCode)) {
    return { exitCode, stdout: result.stdout, stderr: result.stderr };
  }
  throw new InfraError(`${file} ${howItEnded(result, timeout)}`, {
    hint: `${quoteArgv(argv)}\n${lastLines(result.stderr, 12)}`.trimEnd(),
    cause: result,
  });
}

type Ended = Pick<Result, 'exitCode' | 'signal' | 'timedOut' | 'originalMessage' | 'code'>;

function howItEnded({ exitCode, signal, timedOut, originalMessage, code }: Ended, timeout: number): string {
  if (timedOut) return `ran longer than ${timeout} ms`;
  if (exitCode !== undefined) return `failed with exit code ${exitCode}`;
  if (signal !== undefined) return `was ended by ${signal}`;
  return `could not be started: ${originalMessage ?? code ?? 'unknown reason'}`;
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
