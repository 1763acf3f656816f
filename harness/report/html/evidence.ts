// SPDX-License-Identifier: GPL-2.0-only
// The report of a crash or a hang, open at the function that it is blamed on, the rest folded. Pure.

import type { CellEvidence } from './report-data.ts';

type Part = CellEvidence['parts'][number];

/** In a report that is no oops, so many lines are open before and after the function's. */
const around = { before: 8, after: 10 } as const;

/** crash.txt has one report after the other: its title, its fingerprint, an empty line, its lines. */
const fingerprint = /^[\w-]+(?::[^\s:]+)*:[\da-f]{8}$/;

const stamp = /^\[ *\d+\.\d+\](?:\[ *\w+\])? ?/;

/** Lines of an oops that are looked at last: registers, code bytes, page tables, frames that may be stale. */
const dumped = [
  /^(?:RSP|R[A-D]X|R[SD]I|RBP|R\d\d|R0\d|FS|CS|CR\d|DR\d|PKRU|ORIG_RAX|Code|EFLAGS): ?/,
  /^RIP: 0033:/,
  /^#PF: |^PGD |^Hardware name: |^Modules linked in:|^Tainted: |^\s*<\/?[A-Z#]+>$|^\s+\? /,
];
const traceEnds = /^---\[ end trace/;

/** The reports in a file of a cell: crash.txt has one after the other, any other file is one. */
export function evidenceOf(file: string, text: string, functions: readonly string[]): CellEvidence[] {
  const lines = text.replace(/\n+$/, '').split('\n');
  const isHead = (index: number): boolean => fingerprint.test(lines[index + 1] ?? '') && lines[index + 2] === '';
  const heads = lines.flatMap((_line, index) => (isHead(index) ? [index] : []));
  if (heads.length === 0) return [opened(file, lines[0] ?? '', trimmed(lines.slice(1)), functions)];
  return heads.map((head, number) => {
    const name = /:([^:]+):[\da-f]{8}$/.exec(lines[head + 1] ?? '')?.[1];
    const body = trimmed(lines.slice(head + 3, heads[number + 1]));
    return opened(file, lines[head] ?? '', body, name === undefined ? functions : [name]);
  });
}

function opened(file: string, title: string, lines: readonly string[], functions: readonly string[]): CellEvidence {
  const name = functions.find((one) => lineOf(lines, one) !== -1);
  const guilty = name === undefined ? -1 : lineOf(lines, name);
  const traced = lines.some((line) => /^Call Trace:/.test(plain(line)));
  const open = traced ? ofOops(lines, guilty) : lines.map((_line, index) => isAround(index, Math.max(guilty, 0)));
  return {
    file,
    title,
    ...(name === undefined ? {} : { function: name }),
    parts: partsOf(lines, withoutSmallFolds(open), guilty),
  };
}

function isAround(index: number, guilty: number): boolean {
  return index >= guilty - around.before && index <= guilty + around.after;
}

/** Of an oops: what happened, where, and the stack. */
function ofOops(lines: readonly string[], guilty: number): boolean[] {
  const end = lines.findIndex((line) => traceEnds.test(plain(line)));
  return lines.map((line, index) => {
    if (index === guilty) return true;
    return (end === -1 || index < end) && !dumped.some((pattern) => pattern.test(plain(line)));
  });
}

/** Nothing is gained by folding so few lines between open ones. */
const fewLines = 3;

function withoutSmallFolds(open: readonly boolean[]): boolean[] {
  return open.map((isOpen, index) => {
    if (isOpen) return true;
    const from = open.lastIndexOf(true, index);
    const to = open.indexOf(true, index);
    return from !== -1 && to !== -1 && to - from - 1 < fewLines;
  });
}

function partsOf(lines: readonly string[], open: readonly boolean[], guilty: number): Part[] {
  const parts: Part[] = [];
  for (const [index, line] of lines.entries()) {
    const folded = open[index] !== true;
    let last = parts.at(-1);
    if (last?.folded !== folded) parts.push((last = { folded, lines: [] }));
    if (index === guilty) last.guilty = last.lines.length;
    last.lines.push(line);
  }
  return parts;
}

/** The line that marks the function, else the first of a stack that names it. */
function lineOf(lines: readonly string[], name: string): number {
  const named = lines.map((line) => line.split(/[^\w.]+/).includes(name));
  const marked = lines.findIndex((line, index) => named[index] === true && /<--|^RIP: /.test(line.replace(stamp, '')));
  return marked === -1 ? named.indexOf(true) : marked;
}

function plain(line: string): string {
  return line.replace(stamp, '');
}

function trimmed(lines: readonly string[]): string[] {
  const start = lines.findIndex((line) => line !== '');
  const end = lines.findLastIndex((line) => line !== '');
  return start === -1 ? [] : lines.slice(start, end + 1);
}

/** Lines of reports as they stand in the kernel log: those that decide (the first, and the function's), and all of them. */
export function linesOfReports(evidence: readonly CellEvidence[]): { decisive: Set<string>; all: Set<string> } {
  const all = new Set(evidence.flatMap(({ parts }) => parts.flatMap(({ lines }) => lines)));
  all.delete('');
  const decisive = evidence.flatMap(({ parts }) => [
    ...(parts[0]?.lines.slice(0, 1) ?? []),
    ...parts.flatMap(({ lines, guilty }) => (guilty === undefined ? [] : lines.slice(guilty, guilty + 1))),
  ]);
  return { decisive: new Set(decisive), all };
}
