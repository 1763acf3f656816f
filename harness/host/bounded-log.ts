// SPDX-License-Identifier: GPL-2.0-only
// A list that keeps its head and its tail: a guest may send more than the harness has memory for. What is left out is counted, and
// every record keeps its index.

/** What can be read of such a list; an index counts from the first record that was ever added. */
export interface RecordLog<T> extends Iterable<T> {
  /** How many were added, kept or not. */
  readonly length: number;
  /** How many were left out between head and tail. */
  readonly dropped: number;
  /** The kept ones from one index to before another. */
  slice(from?: number, to?: number): T[];
}

/** How much is kept: the first records up to `head`, the last up to `tail`; what a record costs is up to `costOf`. */
export interface LogBounds<T> {
  head: number;
  tail: number;
  costOf: (record: T) => number;
}

export class BoundedLog<T> implements RecordLog<T> {
  readonly #bounds: LogBounds<T>;
  readonly #head: T[] = [];
  #headCost = 0;
  #headIsFull = false;
  #tail: T[] = [];
  /** Index in `#tail` of the first that is kept. */
  #first = 0;
  #tailCost = 0;
  #dropped = 0;

  constructor(bounds: LogBounds<T>) {
    this.#bounds = bounds;
  }

  get length(): number {
    return this.#head.length + this.#dropped + this.#tail.length - this.#first;
  }

  get dropped(): number {
    return this.#dropped;
  }

  push(record: T): void {
    const { head, tail, costOf } = this.#bounds;
    const cost = costOf(record);
    this.#headIsFull ||= this.#headCost + cost > head;
    if (!this.#headIsFull) {
      this.#head.push(record);
      this.#headCost += cost;
      return;
    }
    this.#tail.push(record);
    this.#tailCost += cost;
    while (this.#tailCost > tail) this.#dropFirst();
    // Removing from the front of an array copies the rest: seldom, and half of it at once.
    if (this.#first > 1024 && this.#first > this.#tail.length / 2) {
      this.#tail = this.#tail.slice(this.#first);
      this.#first = 0;
    }
  }

  slice(from = 0, to = this.length): T[] {
    const tailAt = this.#head.length + this.#dropped;
    const inTail = (index: number): number => this.#first + Math.max(0, index - tailAt);
    const last = this.#tail.slice(inTail(from), inTail(to));
    return from < this.#head.length ? [...this.#head.slice(from, to), ...last] : last;
  }

  /** Forgets everything, and counts from nothing. */
  clear(): void {
    [this.#head.length, this.#tail, this.#first] = [0, [], 0];
    [this.#headCost, this.#tailCost, this.#dropped, this.#headIsFull] = [0, 0, 0, false];
  }

  [Symbol.iterator](): Iterator<T> {
    return this.slice()[Symbol.iterator]();
  }

  #dropFirst(): void {
    const record = this.#tail[this.#first];
    if (record !== undefined) this.#tailCost -= this.#bounds.costOf(record);
    this.#first++;
    this.#dropped++;
  }
}
