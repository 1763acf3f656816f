// SPDX-License-Identifier: GPL-2.0-only
// The errors that a user is meant to read, each with the exit code of the program.

/** Exit codes of every command; docs/verdicts.md is their reference. */
export const ExitCode = { ok: 0, deviation: 1, usage: 2, infrastructure: 3 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

interface Detail {
  /** What would be right, or what to do next; printed on lines of its own. */
  hint?: string | undefined;
  /** Where in the user's file: `path:line:column`. */
  at?: string | undefined;
  cause?: unknown;
}

/** An error with one clear sentence for the user. Anything else that is thrown is a defect of the harness. */
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

/** What the user asked for is not possible: a bad option, scenario, kernel spec or machine. Exit code 2. */
export class UsageError extends HazmatError {
  constructor(message: string, detail?: Detail) {
    super(message, ExitCode.usage, detail);
  }
}

/** Several of them that were found together. */
export class UsageErrors extends UsageError {
  readonly all: readonly UsageError[];

  constructor(all: readonly [UsageError, ...UsageError[]]) {
    const [{ message, at, hint }] = all;
    super(message, { at, hint });
    this.all = all;
  }
}

/** The infrastructure failed (a program, a download, a full disk, QEMU), not the kernel under test. Exit code 3. */
export class InfraError extends HazmatError {
  constructor(message: string, detail?: Detail) {
    super(message, ExitCode.infrastructure, detail);
  }
}

/** Renders an error for the user: where, what, what to do. A defect of the harness keeps its stack. */
export function renderError(error: unknown): string {
  if (error instanceof UsageErrors) return error.all.map(renderError).join('\n');
  if (error instanceof HazmatError) {
    const where = error.at === undefined ? '' : `${error.at}: `;
    const hint = error.hint === undefined ? '' : `\n${error.hint.replace(/^/gm, '  ')}`;
    return `${where}${error.message}${hint}`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
