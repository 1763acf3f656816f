// SPDX-License-Identifier: GPL-2.0-only
// Every error that a person is meant to read is built here, with the exit code it ends the program with.

/** Exit codes of every command; docs/verdicts.md is their reference. */
export const ExitCode = { ok: 0, deviation: 1, usage: 2, infrastructure: 3 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

interface Detail {
  /** What would be right, or what to do next; printed on lines of its own. */
  hint?: string;
  /** Where in a file of the user's: `path:line:column`. */
  at?: string;
  cause?: unknown;
}

/** An error with one clear sentence for the person at the terminal. Anything else that is thrown is a defect of ours. */
export class HazmatError extends Error {
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;
  readonly at: string | undefined;

  constructor(message: string, exitCode: ExitCode, detail: Detail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = new.target.name;
    this.exitCode = exitCode;
    this.hint = detail.hint;
    this.at = detail.at;
  }
}

/** The person asked for something that cannot be: a bad option, scenario, kernel spec, machine. Exit code 2. */
export class UsageError extends HazmatError {
  constructor(message: string, detail?: Detail) {
    super(message, ExitCode.usage, detail);
  }
}

/** The lab failed (a program, a download, a full disk, a guest that never came up), not the kernel. Exit code 3. */
export class InfraError extends HazmatError {
  constructor(message: string, detail?: Detail) {
    super(message, ExitCode.infrastructure, detail);
  }
}

/** Renders an error as a person reads it: where, what, what to do. Defects of ours keep their stack. */
export function renderError(error: unknown): string {
  if (error instanceof HazmatError) {
    const where = error.at === undefined ? '' : `${error.at}: `;
    const hint = error.hint === undefined ? '' : `\n${error.hint.replace(/^/gm, '  ')}`;
    return `${where}${error.message}${hint}`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
