// SPDX-License-Identifier: GPL-2.0-only
// The one way in which a program of the host is run: an argv array, never a shell string.

import { existsSync } from 'node:fs';
import { execa } from 'execa';
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

export interface ProgramResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Quotes an argv for a person to paste into a POSIX shell. For showing only: nothing here is ever given to a shell. */
export function quoteArgv(argv: readonly string[]): string {
  return argv.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`)).join(' ');
}

/**
 * Runs a program to its end and returns what it printed.
 * @throws InfraError naming the command, its exit code and the end of its stderr; a missing program is named as such.
 */
export async function runProgram(argv: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  const [file = '', ...args] = argv;
  const result = await execa(file, args, {
    reject: false,
    stripFinalNewline: false,
    maxBuffer: 256 * 1024 * 1024,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal, gracefulCancel: false }),
  });
  const exitCode = result.exitCode ?? -1;
  if (result.isCanceled) throw new InfraError(`${file} was stopped`, { cause: result });
  if (result.code === 'ENOENT' && (options.cwd === undefined || existsSync(options.cwd))) {
    throw new InfraError(`the program ${file} is not installed`, { hint: 'npx hazmat doctor says what is missing.' });
  }
  if (!(options.accept ?? [0]).includes(exitCode)) {
    const how =
      result.exitCode !== undefined
        ? `failed with exit code ${exitCode}`
        : result.signal !== undefined
          ? `was ended by ${result.signal}`
          : `could not be started: ${result.originalMessage ?? result.code ?? 'no reason told'}`;
    const why = result.timedOut ? `ran longer than ${options.timeout ?? 0} ms` : how;
    throw new InfraError(`${file} ${why}`, {
      hint: `${quoteArgv(argv)}\n${lastLines(result.stderr, 12)}`.trimEnd(),
      cause: result,
    });
  }
  return { exitCode, stdout: result.stdout, stderr: result.stderr };
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
