// SPDX-License-Identifier: GPL-2.0-only
// Makes a sequence that fails shorter, as long as it fails in the same way. Candidates are tried several at a time, since each is a fork.

import fc from 'fast-check';

/** Which of these fail in the same way as what is shrunk. */
type Fails<T> = (candidates: readonly T[]) => Promise<boolean[]>;

export interface Shrunk<T> {
  value: T;
  /** Candidates that were tried. */
  tried: number;
}

export interface ShrinkHow<T> {
  fails: Fails<T>;
  /** Values with the same key are the same, and tried once. */
  key: (value: T) => string;
  /** What is tried before fast-check's own, which keeps the end of a list. */
  shorter: (value: T) => Iterable<T>;
  /** Candidates at the same time. */
  atOnce: number;
  /** How many candidates are tried in all; those of a last batch are tried as well. */
  most: number;
}

/** The smallest value on the way down from one that fails. */
export async function shrink<T>(
  arbitrary: fc.Arbitrary<T>,
  start: T,
  { fails, key, shorter, atOnce, most }: ShrinkHow<T>,
): Promise<Shrunk<T>> {
  // A value of fast-check's sample() has no context; its parts are shrunk all the same.
  let current = new fc.Value(start, undefined);
  let tried = 0;
  const seen = new Set([key(start)]);
  for (;;) {
    let smaller: fc.Value<T> | undefined;
    let batch: fc.Value<T>[] = [];
    const tryBatch = async (): Promise<void> => {
      if (batch.length === 0) return;
      tried += batch.length;
      const failed = await fails(batch.map(({ value }) => value));
      smaller = batch[failed.indexOf(true)];
      batch = [];
    };
    for (const candidate of candidates(arbitrary, current, shorter)) {
      const name = key(candidate.value);
      if (seen.has(name)) continue;
      seen.add(name);
      batch.push(candidate);
      if (batch.length >= atOnce) await tryBatch();
      if (smaller !== undefined || tried >= most) break;
    }
    if (smaller === undefined && tried < most) await tryBatch();
    if (smaller === undefined) return { value: current.value, tried };
    current = smaller;
  }
}

function* candidates<T>(
  arbitrary: fc.Arbitrary<T>,
  { value, context }: fc.Value<T>,
  shorter: ShrinkHow<T>['shorter'],
): Generator<fc.Value<T>> {
  for (const one of shorter(value)) yield new fc.Value(one, undefined);
  yield* arbitrary.shrink(value, context);
}
