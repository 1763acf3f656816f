// SPDX-License-Identifier: GPL-2.0-only
// Mistakes of the user that are found together, so that a person corrects a file in one go.

import { UsageError, UsageErrors } from './errors.ts';

/** Keeps the mistakes that checks find in one file, to be thrown as one error, in the order of the file. */
export class Mistakes {
  readonly #found: UsageError[] = [];

  /** What `check` returns; undefined when it finds mistakes, which are kept. */
  collect<T>(check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.add(error);
      return undefined;
    }
  }

  add(error: UsageError): void {
    this.#found.push(...(error instanceof UsageErrors ? error.all : [error]));
  }

  /** @throws UsageError when there is a mistake, UsageErrors when there are several */
  throwIfAny(): void {
    const [first, ...others] = this.#found.toSorted((a, b) => compare(placeOf(a), placeOf(b)));
    if (first === undefined) return;
    throw others.length === 0 ? first : new UsageErrors([first, ...others]);
  }
}

/** Line and column. */
function placeOf({ at = '' }: UsageError): [number, number] {
  const [, line = 0, column = 0] = /:(\d+):(\d+)$/.exec(at) ?? [];
  return [Number(line), Number(column)];
}

function compare([line, column]: [number, number], [otherLine, otherColumn]: [number, number]): number {
  return line - otherLine || column - otherColumn;
}
