// SPDX-License-Identifier: GPL-2.0-only
// Sets of bytes as spans: begin and end (the byte after the last), in order, without overlaps. Pure.

/** `[begin, end, begin, end, ...]` */
export type Spans = readonly number[];

/** The bytes of pieces in any order: `[begin, end, begin, end, ...]`. */
export function spansOf(pieces: readonly number[]): number[] {
  const order = Array.from({ length: pieces.length >> 1 }, (_none, index) => index * 2);
  order.sort((a, b) => (pieces[a] ?? 0) - (pieces[b] ?? 0));
  const spans: number[] = [];
  for (const index of order) {
    const [begin, end] = [pieces[index] ?? 0, pieces[index + 1] ?? 0];
    if (end <= begin) continue;
    const last = spans.length - 1;
    if (last > 0 && begin <= (spans[last] ?? 0)) spans[last] = Math.max(spans[last] ?? 0, end);
    else spans.push(begin, end);
  }
  return spans;
}

/** The bytes that are in any of some sets. */
export function union(sets: readonly Spans[]): Spans {
  const [first = [], ...more] = sets;
  return more.length === 0 ? first : spansOf(sets.flat());
}

/** How many of the bytes from `begin` up to `end` are in a set. */
export function bytesWithin(spans: Spans, begin: number, end: number): number {
  let bytes = 0;
  for (let at = firstAfter(spans, begin); at < spans.length && (spans[at] ?? 0) < end; at += 2) {
    bytes += Math.min(end, spans[at + 1] ?? 0) - Math.max(begin, spans[at] ?? 0);
  }
  return bytes;
}

/** The index of the first span that ends after a place. */
function firstAfter(spans: Spans, place: number): number {
  let [low, high] = [0, spans.length >> 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle * 2 + 1] ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return low * 2;
}

/** As the numbers that are kept: each begin and end as the distance from the number before it. */
export function toDistances(spans: Spans): number[] {
  return spans.map((place, index) => place - (spans[index - 1] ?? 0));
}

export function fromDistances(distances: readonly number[]): number[] {
  let place = 0;
  return distances.map((distance) => (place += distance));
}
