// SPDX-License-Identifier: GPL-2.0-only
// What a file should hold, page by page, and how calls that succeed change it. A page that was written in part is known in parts.

import { zerosSeed } from '../guest/protocol.ts';
import { pageBytes } from '../host/page.ts';

/** Bytes within a page that hold what the pattern of a seed has there. */
export interface Part {
  offset: number;
  length: number;
  seed: number;
}

export interface FileContent {
  /** Seed of the pattern of each page, `zerosSeed` for zeros; 0 for content that is unknown, or known in parts. */
  seeds: number[];
  /** The pages that are known in parts. */
  parts: Map<number, Part[]>;
  bytes: number;
}

/** The content of a file with these seeds, one a page. */
export function contentOf(seeds: number[]): FileContent {
  return { seeds, parts: new Map(), bytes: seeds.length * pageBytes };
}

export function copyOf({ seeds, parts, bytes }: FileContent): FileContent {
  return { seeds: [...seeds], parts: new Map(parts), bytes };
}

/** Notes that bytes hold a pattern now; seed 0: what they hold is unknown. What was between the end of the file and them is zeros. */
export function noteWritten(content: FileContent, offset: number, length: number, seed: number): void {
  if (length === 0) return;
  const end = offset + length;
  const old = content.bytes;
  if (offset > old) fillRange(content, old, offset, zerosSeed);
  fillRange(content, offset, end, seed);
  content.bytes = Math.max(old, end);
}

/** Notes the new length of a file: it is cut, or goes on with zeros. */
export function noteLength(content: FileContent, bytes: number): void {
  const old = content.bytes;
  content.bytes = bytes;
  if (bytes > old) {
    fillRange(content, old, bytes, zerosSeed);
    return;
  }
  content.seeds.length = Math.ceil(bytes / pageBytes);
  for (const page of content.parts.keys()) if (page >= content.seeds.length) content.parts.delete(page);
  const within = bytes % pageBytes;
  // The last page ends within.
  if (within > 0)
    setParts(content, content.seeds.length - 1, without(partsOf(content, content.seeds.length - 1), within, pageBytes));
}

/** The seed whose pattern bytes within a page should hold; 0: unknown, or of more than one. */
export function seedOfBytes({ seeds, parts }: FileContent, page: number, offset: number, length: number): number {
  const seed = seeds[page] ?? 0;
  if (seed !== 0) return seed;
  const part = parts.get(page)?.find((one) => one.offset <= offset && one.offset + one.length >= offset + length);
  return part?.seed ?? 0;
}

/** A seed in words: `pattern 3`, `zeros`. */
export function seedWords(seed: number): string {
  return seed === zerosSeed ? 'zeros' : `pattern ${seed}`;
}

function fillRange(content: FileContent, from: number, to: number, seed: number): void {
  for (let page = Math.floor(from / pageBytes); page * pageBytes < to; page++) {
    const first = Math.max(0, from - page * pageBytes);
    const end = Math.min(pageBytes, to - page * pageBytes);
    const others = without(partsOf(content, page), first, end);
    setParts(content, page, seed === 0 ? others : [...others, { offset: first, length: end - first, seed }]);
  }
}

function partsOf({ seeds, parts }: FileContent, page: number): Part[] {
  const seed = seeds[page] ?? 0;
  return seed === 0 ? (parts.get(page) ?? []) : [{ offset: 0, length: pageBytes, seed }];
}

/** Parts without the bytes from `first` to `end`. */
function without(parts: readonly Part[], first: number, end: number): Part[] {
  return parts.flatMap(({ offset, length, seed }) =>
    [
      { offset, length: Math.min(length, first - offset), seed },
      { offset: Math.max(offset, end), length: Math.min(length, offset + length - end), seed },
    ].filter((part) => part.length > 0),
  );
}

function setParts(content: FileContent, page: number, parts: Part[]): void {
  const sorted = parts.toSorted((a, b) => a.offset - b.offset);
  const [first] = sorted;
  const isWhole =
    first !== undefined &&
    sorted.every(({ seed }) => seed === first.seed) &&
    sorted.reduce((sum, { length }) => sum + length, 0) === pageBytes;
  content.seeds[page] = isWhole ? first.seed : 0;
  if (isWhole || sorted.length === 0) content.parts.delete(page);
  else content.parts.set(page, sorted);
}
