// SPDX-License-Identifier: GPL-2.0-only
// What an exploration found, for a terminal. Pure.

import { quoteArgv } from '../host/program.ts';

/** The parts of an exploration and its findings that are shown. */
interface Shown {
  sequences: number;
  operations: number;
  withoutVerdict: number;
  durationMs: number;
  findings: readonly {
    words: string;
    file: string;
    evidence: string;
    operations: { found: number; shrunk: number };
    tried: number;
    again: { failed: number; of: number };
    sequences: number;
  }[];
  /** By recorded bug, how many sequences met it. */
  known: ReadonlyMap<string, number>;
}

/** `300 sequences (2,410 operations), 5,200 an hour: 1 finding`. */
export function exploredLine({ sequences, operations, withoutVerdict, durationMs, findings }: Shown): string {
  const hourly = Math.round((sequences / Math.max(durationMs, 1)) * 3_600_000);
  const failed = withoutVerdict === 0 ? '' : `, ${withoutVerdict} without a verdict`;
  const found = `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`;
  return `${count(sequences)} sequences (${count(operations)} operations), ${count(hourly)} an hour: ${found}${failed}`;
}

/** Each finding: what was seen, how small it is, how often it comes, and where it is; then the bugs that were met and are recorded. */
export function findingsText({ findings, known }: Shown, kernel: string): string {
  const met = [...known].map(([bug, sequences]) => `${sequencesWord(sequences)}: ${bug}`);
  return [...findings.map((finding) => findingText(finding, kernel)), ...met].join('\n');
}

function findingText(
  { words, file, evidence, operations, tried, again, sequences }: Shown['findings'][number],
  kernel: string,
): string {
  return [
    words,
    `  ${file}`,
    `  ${operations.shrunk} of ${operations.found} operations, after ${tried} tries; fails ${again.failed} of ${again.of} times; ` +
      `${sequencesWord(sequences)} failed so`,
    `  found in: ${evidence}`,
    `  again: ${quoteArgv(['npx', 'hazmat', 'run', file, '--kernel', kernel])}`,
  ].join('\n');
}

function sequencesWord(number: number): string {
  return `${number} ${number === 1 ? 'sequence' : 'sequences'}`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
