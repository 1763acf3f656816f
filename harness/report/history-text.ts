// SPDX-License-Identifier: GPL-2.0-only
// The history as text: a line for each scenario on each kernel; of one scenario, each kind of failure with it. Pure.

import type { FailureKind, Trail } from '../history/trails.ts';
import { rateWords } from './rate-words.ts';
import { clip, pad, visible } from './text.ts';

export interface HistoryPage {
  width: number;
  /** Show stable and passing scenarios too, and each kind of failure. */
  all: boolean;
}

/** The lines of `hazmat history`, with a newline at the end. */
export function historyText(trails: readonly Trail[], { width, all }: HistoryPage): string {
  if (trails.length === 0) return 'No run in the history has a verdict about this.\n';
  const isShown = ({ state }: Trail): boolean => all || state === 'failing' || state === 'flaky';
  const shown = trails.filter(isShown);
  const rows = shown.map((trail) => [
    trail.state,
    trail.track,
    trail.scenario,
    rateWords(trail.rate),
    sinceWords(trail),
  ]);
  const header = ['STATE', 'KERNEL', 'SCENARIO', 'FAILURES (95 %)', 'SINCE'];
  const widths = header.map((word, column) => Math.max(word.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    clip(row.map((word, column) => pad(visible(word), widths[column] ?? 0)).join('  '), width).trimEnd();
  const table = shown.flatMap((trail, index) => [
    line(rows[index] ?? []),
    ...(all ? trail.kinds : trail.kinds.slice(-1)).flatMap((kind) => kindLines(kind, width)),
  ]);
  return [...(shown.length === 0 ? [] : [line(header), ...table, '']), countsLine(trails), ''].join('\n');
}

/** `2 failing, 1 flaky, 3 passing, 12 stable; first run 2026-11-20, last run 2026-11-29`. */
function countsLine(trails: readonly Trail[]): string {
  const count = (wanted: Trail['state']) => trails.filter(({ state }) => state === wanted).length;
  const starts = trails.flatMap(({ cells }) => cells.map(({ started }) => started)).sort();
  const counts = (['failing', 'flaky', 'passing', 'stable'] as const).map((state) => `${count(state)} ${state}`);
  return `${counts.join(', ')}; first run ${day(starts[0])}, last run ${day(starts.at(-1))}`;
}

function sinceWords({ state, failingSince, passes, cells }: Trail): string {
  if (failingSince !== undefined) return `failing since ${day(failingSince.started)}, ${failingSince.version}`;
  const first = cells.at(-passes);
  if (state === 'flaky') return `passed ${times(passes)} since it failed`;
  return `${passes} ${passes === 1 ? 'pass' : 'passes'} in a row since ${day(first?.started)}`;
}

function kindLines(kind: FailureKind, width: number): string[] {
  const { why, bug, count, first, last, expected } = kind;
  const words = `${expected ? 'known: ' : ''}${last.verdict}: ${visible(why.split('\n')[0] ?? '')}${bug === undefined ? '' : ` (${bug})`}`;
  const seen =
    `first seen ${day(first.started)} on ${first.version}, last seen ${day(last.started)} on ${last.version}, ${times(count)}; ` +
    `hazmat ${last.hazmat ?? '?'}, QEMU ${last.qemu ?? '?'}; ${last.run}`;
  return [words, seen].map((text) => clip(`    ${text}`, width));
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** The day of an ISO time, in UTC. */
export function day(iso: string | undefined): string {
  return iso?.slice(0, 10) ?? '-';
}
